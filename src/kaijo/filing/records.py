"""What the practice desk remembers, and what it asks of others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from kaijo.clock import Clock
from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind
from kaijo.signing.verdict import Judge


@dataclass(frozen=True, slots=True)
class Figures:
    """A practice return: the income year, what is filed, and yen."""

    year: int
    kind: ReturnKind
    revenue: int
    expenses: int
    income: int
    tax: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The notice of receipt. `recorded_at` is what counts for the deadline; `replaces` is an earlier number.

    A rehearsal has no number: everything was judged and nothing was recorded.
    """

    number: str | None
    holder: str
    year: int
    kind: ReturnKind
    sha256: str
    recorded_at: datetime
    due_before: datetime
    replaces: str | None

    @property
    def in_time(self) -> bool:
        """Whether it was recorded before the cut [fact: etax-cut]."""
        return self.recorded_at < self.due_before


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be signed for signing in, once, before `expires_at`."""

    id: str
    message: bytes
    expires_at: datetime
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in; for a rehearsal, which records nothing and may be held at any hour."""

    token: str = field(repr=False)
    holder: str
    expires_at: datetime
    certificate_ends: datetime
    rehearsal: bool


class Store(Protocol):
    """Where receipts are kept."""

    def record(self, holder: str, figures: Figures, sha256: str, due_before: datetime, clock: Clock) -> Receipt:
        """Record a return, durably, and return its receipt; the time is taken as it is recorded.

        The return that counts already, handed in again, is given its first receipt; another one replaces it.
        """
        ...

    def receipts(self, holder: str) -> list[Receipt]:
        """Return every receipt of a holder, oldest first."""
        ...


class Holders(Protocol):
    """Who may be asked which certificates belong to one person."""

    def holder(self, certificate: bytes, kind: PinKind) -> str | None:
        """Return a name that tells nothing and is the same for all certificates (DER) of one person; None for none."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The practice desk with everything it stands on."""

    store: Store
    judge: Judge
    holders: Holders
    clock: Clock
    randomness: Callable[[int], bytes]
