"""What must be true of all rows together. Each is one question to the database; the answer is how many break it."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select

from kaijo.reset.states import ACTIVE, GrantOutcome, ReservationState, SessionState
from kaijo.service.store.schema import grants, reservations, sessions


class Flaw(Enum):
    """A way in which rows would contradict one another."""

    USED_WITHOUT_GRANT = "used-without-grant"
    USED_TWICE = "used-twice"
    GRANT_WITHOUT_USE = "grant-without-use"
    TWO_ACTIVE = "two-active"
    HELD_BY_NOBODY = "held-by-nobody"
    DONE_WITHOUT_USE = "done-without-use"


def flaws(connection: Connection) -> dict[Flaw, int]:
    """Return how many rows break each rule, rules that hold left out."""
    counted = {flaw: int(connection.execute(question).scalar_one()) for flaw, question in _QUESTIONS.items()}
    return {flaw: count for flaw, count in counted.items() if count}


def _count(of: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(of.subquery())


def _same() -> ColumnElement[bool]:
    return and_(grants.c.pseudonym == reservations.c.pseudonym, grants.c.reservation == reservations.c.id)


_USED: Final = reservations.c.state == ReservationState.USED.value
_SPENT: Final = grants.c.outcome == GrantOutcome.USED.value
_MINE: Final = and_(sessions.c.pseudonym == reservations.c.pseudonym, sessions.c.id == reservations.c.holder)
_ONE_USE: Final = select(grants.c.reservation).where(_SPENT).group_by(grants.c.pseudonym, grants.c.reservation)
_ONE_ACTIVE: Final = (
    select(reservations.c.pseudonym)
    .where(reservations.c.state.in_([state.value for state in ACTIVE]))
    .group_by(reservations.c.pseudonym, reservations.c.kind, reservations.c.act)
)
_QUESTIONS: Final[Mapping[Flaw, Select[Any]]] = {
    Flaw.USED_WITHOUT_GRANT: _count(select(reservations.c.id).where(_USED, ~exists().where(_same(), _SPENT))),
    Flaw.USED_TWICE: _count(_ONE_USE.having(func.count() > 1)),
    Flaw.GRANT_WITHOUT_USE: _count(select(grants.c.session).where(_SPENT, ~exists().where(_same(), _USED))),
    Flaw.TWO_ACTIVE: _count(_ONE_ACTIVE.having(func.count() > 1)),
    Flaw.HELD_BY_NOBODY: _count(
        select(reservations.c.id).where(reservations.c.state == ReservationState.HELD.value, ~exists().where(_MINE))
    ),
    Flaw.DONE_WITHOUT_USE: _count(
        select(sessions.c.id).where(
            sessions.c.state == SessionState.COMPLETED.value,
            ~exists().where(
                reservations.c.pseudonym == sessions.c.pseudonym, reservations.c.id == sessions.c.reservation, _USED
            ),
        )
    ),
}
