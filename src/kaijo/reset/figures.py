"""What is counted for the operations page, and who counts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from kaijo.reset.counter.records import Ticket
from kaijo.reset.records import Place
from kaijo.reset.states import ReservationState


@dataclass(frozen=True, slots=True)
class Journeys:
    """How many reservations of one day, made on a phone, are in `state` and came how far.

    Arrived: a kiosk opened a session. Relayed: the holder proved to be there, and the card answered. Granted: the
    intent of a grant was written. Lapsed: the time of an active one is over.
    """

    day: date
    state: ReservationState
    lapsed: bool
    arrived: bool
    relayed: bool
    granted: bool
    count: int


@dataclass(frozen=True, slots=True)
class SeenTerminal:
    """A terminal, where it is, and when it last opened a session."""

    name: str
    place: Place
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that was counted between two days, both included; tickets are those of the last day."""

    journeys: tuple[Journeys, ...]
    refusals: Mapping[str, int]
    cases: int
    asked: int
    done: int
    tickets: tuple[Ticket, ...]
    sessions_open: Mapping[Place, int]
    terminals: tuple[SeenTerminal, ...]


class OperationsRecords(Protocol):
    """What the operations page needs of the store."""

    def count_refusal(self, day: date, code: str, left_out: int = 0) -> None:
        """Count one refusal of that cause, and `left_out` more."""
        ...

    def figures(self, first: date, last: date, at: datetime) -> Figures:
        """Return what was counted from the day `first` to the day `last`; `at` decides what is over."""
        ...
