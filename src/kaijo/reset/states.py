"""What a reservation, a kiosk session and a grant can be, and which moves exist. Every move is in these tables."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

from kaijo.errors import ServiceTrouble


class ReservationState(Enum):
    """Live: may be taken to a kiosk. Held: one kiosk session has it. Used, replaced, cancelled, expired: over."""

    LIVE = "live"
    HELD = "held"
    USED = "used"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class SessionState(Enum):
    """Opened: card seen. Relaying: holder proved. Granted: the card may reset. Completed: it did. Ended: it is over."""

    OPENED = "opened"
    RELAYING = "relaying"
    GRANTED = "granted"
    COMPLETED = "completed"
    ENDED = "ended"


class GrantOutcome(Enum):
    """Intended: the command was about to leave. Granted: the card has said yes. Used: a receipt says so."""

    INTENDED = "intended"
    GRANTED = "granted"
    USED = "used"


_R, _S = ReservationState, SessionState

# A receipt is the card's word that the reset happened: it makes any reservation used, however late it comes.
# Held to held is a second session taking over from one whose time is up.
RESERVATION_MOVES: Final[Mapping[ReservationState, frozenset[ReservationState]]] = {
    _R.LIVE: frozenset({_R.HELD, _R.USED, _R.REPLACED, _R.CANCELLED, _R.EXPIRED}),
    _R.HELD: frozenset({_R.LIVE, _R.HELD, _R.USED, _R.REPLACED, _R.CANCELLED, _R.EXPIRED}),
    _R.REPLACED: frozenset({_R.USED}),
    _R.CANCELLED: frozenset({_R.USED}),
    _R.EXPIRED: frozenset({_R.USED}),
    _R.USED: frozenset(),
}
SESSION_MOVES: Final[Mapping[SessionState, frozenset[SessionState]]] = {
    _S.OPENED: frozenset({_S.RELAYING, _S.COMPLETED, _S.ENDED}),
    _S.RELAYING: frozenset({_S.GRANTED, _S.COMPLETED, _S.ENDED}),
    _S.GRANTED: frozenset({_S.COMPLETED, _S.ENDED}),
    _S.ENDED: frozenset({_S.COMPLETED}),
    _S.COMPLETED: frozenset(),
}
ACTIVE: Final = frozenset({_R.LIVE, _R.HELD})
OVER: Final = frozenset({_S.COMPLETED, _S.ENDED})

_State = TypeVar("_State", ReservationState, SessionState)


def require_move(moves: Mapping[_State, frozenset[_State]], before: _State, after: _State) -> None:
    """Raise ServiceTrouble `reset.impossible-move` when the table has no move from `before` to `after`."""
    if after not in moves[before]:
        raise ServiceTrouble("reset.impossible-move", before=before.value, after=after.value)


def require_won(won: bool) -> None:  # noqa: FBT001 -- the answer of a conditional update, said in one word
    """Raise ServiceTrouble `store.busy`, which undoes the transaction, when somebody else moved the row first."""
    if not won:
        raise ServiceTrouble("store.busy")
