"""What one phone remembers between its pages. In memory only, and never a PIN or a code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, Protocol, TypeVar

from starlette.responses import Response

from kaijo.card.guard import Guard
from kaijo.errors import CardTrouble, Refused, ServiceTrouble
from kaijo.facts.lifetimes import reservation_life
from kaijo.facts.link import LinkCause
from kaijo.terminals.face import new_device
from kaijo.terminals.phone import Phone, Standing, standing
from kaijo.terminals.phone_certificate import PhoneCertificates
from kaijo.web.keeping import Kept
from kaijo.web.phone.screens import (
    Asked,
    Certifying,
    Looked,
    Made,
    Reading,
    Renewing,
    Shown,
    Sitting,
    Switching,
)
from kaijo.web.places import Place
from kaijo.web.site import Site, see_other
from kaijo.web.table import Spot

T = TypeVar("T")


class UsesCard(Protocol):
    """A page whose next step uses the card."""

    @property
    def place(self) -> Place:
        """Where the card lies."""
        ...

    def broken(self, trouble: CardTrouble) -> Reading:
        """Return the reading to mend after the card left."""
        ...


C = TypeVar("C", bound=UsesCard)

# How long a page may lie before its card is read anew. Safety does not rest on it: the guard reads again in any case.
_PAGE_LIFE = timedelta(minutes=30)
# What a bad field does to a card; everything else is not the field's fault.
BROKEN: Final = frozenset(
    {
        "card.removed",
        "card.was-reset",
        "card.unpowered",
        "card.malformed-answer",
        "card.verify-unknown",
        "reader.noise",
    }
)


class Memory:
    """The phone: its pages' memory, and the card that is held to it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.readings: Kept[Reading] = Kept(site.clock)
        self.looked: Kept[Looked] = Kept(site.clock)
        self.asked: Kept[Asked] = Kept(site.clock)
        self.certifying: Kept[Certifying] = Kept(site.clock)
        self.renewing: Kept[Renewing] = Kept(site.clock)
        self.switching: Kept[Switching] = Kept(site.clock)
        self.sittings: Kept[Sitting] = Kept(site.clock)
        self.made: Kept[Made] = Kept(site.clock)
        self.device = new_device()

    @contextmanager
    def card(self, place: Place, suffered: LinkCause | None = None, turn: int = 0) -> Iterator[Guard]:
        """Give the card that is held to the phone, for the length of one request. Raises what opening it raises."""
        self.site.table.require(place, Spot.PHONE)
        with self.site.card(place) if suffered is None else self._noisy(place, suffered, turn) as guard:
            yield guard

    def phone(self, guard: Guard) -> Phone:
        """Return the phone with that card."""
        return Phone(guard, self.site.service, self.site.clock)

    def certificates(self, place: Place) -> PhoneCertificates | None:
        """Return the certificates on the phone that belongs to the card there, None where there are none."""
        return None if self.site.phones is None else self.site.phones.held(place)

    def own(self, place: Place) -> PhoneCertificates:
        """Return the certificates on the phone that belongs to the card there. Raises Refused `web.over`."""
        held = self.certificates(place)
        if held is None:
            raise Refused("web.over")
        return held

    def keep_page(self, kept: Kept[T], value: T) -> str:
        """Return the key under which a page may lie for a while."""
        return kept.keep(value, self.site.clock.now() + _PAGE_LIFE)

    def broken(self, reading: Reading) -> str:
        """Return the page for a link that broke. Raises the trouble when it is of another kind."""
        if reading.trouble is not None and reading.trouble.code not in BROKEN:
            raise reading.trouble
        return f"/phone/again/{self.keep_page(self.readings, reading)}"

    def use_card(self, kept: Kept[C], key: str, act: Callable[[C], str]) -> Response:
        """Let `act` use the card once and go to the page it leads to; to the broken link's when the card leaves."""
        asked = kept.look(key).value
        try:
            return see_other(kept.once(key, act))
        except CardTrouble as trouble:
            return see_other(self.broken(asked.broken(trouble)))

    def asked_page(self, asked: Asked) -> str:
        """Return the page that asks for what is typed next; a last try has one of its own before it."""
        page = "last" if asked.next.held_back else "code" if asked.code else "proof"
        return f"/phone/{page}/{self.keep_page(self.asked, asked)}"

    def keep_made(self, made: Made) -> str:
        """Return the key of a new reservation. It is remembered beyond its end, so that its end can be told."""
        return self.made.keep(made, made.reservation.expires_at + reservation_life())

    def shown(self) -> list[Shown]:
        """Return every reservation of this phone with how it stands, newest first."""
        answers = True
        shown = []
        for key, made in reversed(self.made.items()):
            now = self.stand(made) if answers else None
            answers = now is not None
            shown.append(Shown(key, made, now))
        return shown

    def stand(self, made: Made) -> Standing | None:
        """Return how a reservation stands, None when the service cannot be asked."""
        try:
            return standing(self.site.service, made.reservation)
        except (ServiceTrouble, Refused):
            return None

    @contextmanager
    def _noisy(self, place: Place, suffered: LinkCause, turn: int) -> Iterator[Guard]:
        guard = Guard(self.site.places.open_noisy(place.id, suffered, turn), self.site.clock)
        try:
            yield guard
        finally:
            guard.close()
