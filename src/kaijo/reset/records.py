"""What the service remembers: frozen rows, no person in them. Times are aware; ids of reservations are 16 bytes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from kaijo.card.administration import Act
from kaijo.facts.pins import PinKind
from kaijo.reset.states import (
    RESERVATION_MOVES,
    SESSION_MOVES,
    GrantOutcome,
    ReservationState,
    SessionState,
    require_move,
)


class Place(Enum):
    """Where a session takes place: at a kiosk with a reservation, or at the counter with a documented case."""

    KIOSK = "kiosk"
    COUNTER = "counter"


class Purpose(Enum):
    """What a signature is made for; it is part of the signed message."""

    RESERVE = "reserve"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A number used once. `claimed_by` is the pseudonym of the card that used it."""

    id: str
    purpose: Purpose
    kind: PinKind
    expires_at: datetime
    claimed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """One act on one PIN kind of one card, allowed until `expires_at` (that instant excluded).

    While held, `holder` is the session that has it and `held_until` the end of that session. `case` is the counter's
    case that allows it, None for one that the holder made on the phone; `challenge` is what it answers: the phone's
    challenge, or what was asked for in that case, so that one challenge never makes two.
    """

    pseudonym: str
    id: bytes
    kind: PinKind
    challenge: str
    state: ReservationState
    made_at: datetime
    expires_at: datetime
    replaced_older: bool
    holder: str | None = None
    held_until: datetime | None = None
    used_at: datetime | None = None
    act: Act = Act.RESET
    case: str | None = None

    def held_by_other(self, session: str | None, at: datetime) -> bool:
        """Return whether a session other than `session` has it and still has time at `at`."""
        return (
            self.state is ReservationState.HELD
            and self.holder != session
            and self.held_until is not None
            and at < self.held_until
        )

    def held(self, session: "TerminalSession") -> "Reservation":
        """Return it as held by `session` until that ends."""
        return self._moved(ReservationState.HELD, holder=session.id, held_until=session.expires_at)

    def released(self) -> "Reservation":
        """Return it as live again."""
        return self._moved(ReservationState.LIVE)

    def used(self, at: datetime) -> "Reservation":
        """Return it as used since `at`."""
        return replace(self._moved(ReservationState.USED), used_at=at)

    def replaced(self) -> "Reservation":
        """Return it as replaced by a newer one."""
        return self._moved(ReservationState.REPLACED)

    def cancelled(self) -> "Reservation":
        """Return it as given back by its holder."""
        return self._moved(ReservationState.CANCELLED)

    def _moved(
        self, state: ReservationState, *, holder: str | None = None, held_until: datetime | None = None
    ) -> "Reservation":
        require_move(RESERVATION_MOVES, self.state, state)
        return replace(self, state=state, holder=holder, held_until=held_until)


@dataclass(frozen=True, slots=True)
class TerminalSession:
    """One visit at a terminal. Its id begins with the card's pseudonym, so that the id alone finds the card's rows.

    `kiosk` is the terminal's name; `nonce` is what the holder signs at a kiosk; `sealed` hides the card id and, at a
    kiosk, the hash of the proof certificate.
    """

    pseudonym: str
    id: str
    reservation: bytes
    kind: PinKind
    kiosk: str
    state: SessionState
    nonce: str
    host_challenge: bytes
    sealed: bytes = field(repr=False)
    opened_at: datetime
    expires_at: datetime
    act: Act = Act.RESET
    place: Place = Place.KIOSK

    def moved(self, state: SessionState) -> "TerminalSession":
        """Return it in `state`. Raises ServiceTrouble `reset.impossible-move`."""
        require_move(SESSION_MOVES, self.state, state)
        return replace(self, state=state)


@dataclass(frozen=True, slots=True)
class GrantRow:
    """The intent to let the card act once, written before the command leaves. `reset_number` is the one before."""

    pseudonym: str
    session: str
    reservation: bytes
    kind: PinKind
    reset_number: int
    intended_at: datetime
    outcome: GrantOutcome
