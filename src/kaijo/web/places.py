"""Where a card may lie, as the pages see it. Who offers the places knows card files and readers; the pages do not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import Protocol

from kaijo.card.link import Link
from kaijo.errors import UsageProblem
from kaijo.facts.link import LinkCause
from kaijo.words import Lang

Words = str | Mapping[Lang, str]
"""A text that is the same in every language, or one for each."""


@unique
class PlaceKind(Enum):
    """What kind of place it is."""

    CARD_FILE = "card-file"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `id` stands in forms and addresses; `description` is the story of the test person, if there is one."""

    id: str
    kind: PlaceKind
    label: Words
    description: Words | None = None


class Places(Protocol):
    """The places that can be chosen."""

    def listed(self) -> Sequence[Place]:
        """Return the places at this moment, in the order in which they are shown."""
        ...

    def open(self, place_id: str) -> Link:
        """Return the card at a listed place. Raises KaijoError when it cannot be had."""
        ...

    def open_noisy(self, place_id: str, cause: LinkCause, seed: int) -> Link:
        """Return the card as `open` does; the link to a virtual one suffers from `cause`, within the first commands.

        A seed repeats a run. A real reader is left as it is.
        """
        ...

    def insert(self, place_id: str) -> Callable[[], None]:
        """Put the virtual card at a listed place into this machine's virtual reader; return what takes it out.

        Raises CardTrouble `vpcd.…` when there is no such reader, and what opening the card raises.
        """
        ...

    def describe(self, place_id: str) -> Mapping[str, object] | None:
        """Return the test person whose card lies there, None where that is not known.

        The keys are those of `kaijo card persons --json`; `name`, `birth_date`, `address`, `security_code` and `pins`
        are shown.
        """
        ...

    def front(self, place_id: str) -> bytes | None:
        """Return a picture of the front of the virtual card at a listed place, PNG; None for a real reader."""
        ...


class NoPlaces:
    """The places of pages that need no card."""

    def listed(self) -> Sequence[Place]:
        """Return nothing."""
        return ()

    def open(self, place_id: str) -> Link:  # noqa: ARG002 -- the port's signature
        """Raise UsageProblem `web.unknown-place`."""
        raise UsageProblem("web.unknown-place")

    def open_noisy(self, place_id: str, cause: LinkCause, seed: int) -> Link:  # noqa: ARG002 -- the port's signature
        """Raise UsageProblem `web.unknown-place`."""
        raise UsageProblem("web.unknown-place")

    def insert(self, place_id: str) -> Callable[[], None]:  # noqa: ARG002 -- the port's signature
        """Raise UsageProblem `web.unknown-place`."""
        raise UsageProblem("web.unknown-place")

    def describe(self, place_id: str) -> Mapping[str, object] | None:  # noqa: ARG002 -- the port's signature
        """Return None."""
        return None

    def front(self, place_id: str) -> bytes | None:  # noqa: ARG002 -- the port's signature
        """Return None."""
        return None
