"""Where a card can lie on this machine: the card files of a folder, and the readers of the PC/SC daemon."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from kaijo.card.link import Link
from kaijo.clock import Clock
from kaijo.errors import CardTrouble, UsageProblem
from kaijo.facts.link import LinkCause
from kaijo.readers.pcsc import list_readers, open_reader
from kaijo.virtualcard.cardfile import create, load, open_card
from kaijo.virtualcard.faults import Cause, NoisyLink
from kaijo.virtualcard.front import front
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person, persons, profile
from kaijo.virtualcard.show import describe
from kaijo.virtualcard.vpcd import insert
from kaijo.web.places import Place, PlaceKind

_SUFFIX = ".json"
_WITHIN = 14  # commands: the tries are read by then, the certificate is not


class LocalPlaces:
    """The places of one folder of card files, and every reader in which a card lies at the moment."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def issue_missing(self, issuer: Issuer) -> int:
        """Make a card for every test person who has none in the folder; return how many were made."""
        missing = [one for one in persons() if not self._file(one.id).exists()]
        for one in missing:
            create(self._file(one.id), issuer.issue(one, self._clock.now()))
        return len(missing)

    def listed(self) -> Sequence[Place]:
        """Return the places at this moment, test persons in their usual order, readers last."""
        order = {one.id: number for number, one in enumerate(persons())}
        files = sorted(self._files(), key=lambda file: (order.get(file.stem, len(order)), file.stem))
        return [*map(self._card_place, files), *self._reader_places()]

    def open(self, place_id: str) -> Link:
        """Return the card at a listed place. Raises UsageProblem `place.unknown`, and as card files and readers do."""
        for name in self._readers():
            if place_id == _reader_id(name):
                return open_reader(name)
        return open_card(self._known(place_id))

    def open_noisy(self, place_id: str, cause: LinkCause, seed: int) -> Link:
        """Return the card as `open` does; the link to a card file suffers from `cause`, within its first commands."""
        link = self.open(place_id)
        if place_id not in {file.stem for file in self._files()}:
            return link
        return NoisyLink(link, {Cause(cause.value)}, Random(seed), within=_WITHIN)  # noqa: S311 -- guards nothing

    def insert(self, place_id: str) -> Callable[[], None]:
        """Put a card of the folder into vpcd's first virtual reader; return what takes it out again.

        Raises UsageProblem `place.unknown`, CardTrouble `vpcd.…`, and as card files do.
        """
        card = open_card(self._known(place_id))
        try:
            inserted = insert(card)
        except CardTrouble:
            card.close()
            raise

        def take_out() -> None:
            inserted.remove()
            card.close()

        return take_out

    def describe(self, place_id: str) -> Mapping[str, object] | None:
        """Return the test person with the PINs that the card has now; None for a reader."""
        try:
            shown = describe(load(self._known(place_id)))
        except UsageProblem:
            return None
        try:
            who = profile(person(str(shown["person"])), self._clock.now())
        except UsageProblem:
            return shown
        return who | {"pins": shown["pins"]}

    def front(self, place_id: str) -> bytes | None:
        """Return a picture of the card's front, PNG; None for a reader."""
        try:
            return front(load(self._known(place_id)))
        except UsageProblem:
            return None

    def _card_place(self, file: Path) -> Place:
        try:
            one = person(file.stem)
        except UsageProblem:
            return Place(file.stem, PlaceKind.CARD_FILE, file.name)
        return Place(one.id, PlaceKind.CARD_FILE, one.id, one.story)

    def _reader_places(self) -> Sequence[Place]:
        return [Place(_reader_id(name), PlaceKind.READER, name) for name in self._readers()]

    def _readers(self) -> Sequence[str]:
        try:
            return [reader.name for reader in list_readers() if reader.has_card]
        except CardTrouble:
            return []  # no daemon, no readers: the card files remain

    def _known(self, place_id: str) -> Path:
        if place_id not in {file.stem for file in self._files()}:
            raise UsageProblem("place.unknown", place=place_id)
        return self._file(place_id)

    def _files(self) -> Iterator[Path]:
        return self._folder.glob(f"*{_SUFFIX}")

    def _file(self, place_id: str) -> Path:
        return self._folder / f"{place_id}{_SUFFIX}"


def _reader_id(name: str) -> str:
    return "reader-" + hashlib.sha256(name.encode()).hexdigest()[:12]
