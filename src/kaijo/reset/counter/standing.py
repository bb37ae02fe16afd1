"""How a case stands: whether it still goes on, what is asked for in it, and what of that is done."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kaijo.card.administration import Act
from kaijo.errors import Refused
from kaijo.reset.counter.policy import SECOND
from kaijo.reset.counter.records import Asked, Case, Clerk
from kaijo.reset.ports import Records


class AskedState(Enum):
    """Needs second: a second clerk must agree first. Ready: it may be done. Done: the card's receipt says so."""

    NEEDS_SECOND = "needs-second"
    READY = "ready"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """One act asked for in a case, and how it stands. `done_at` is when the receipt came in."""

    asked: Asked
    state: AskedState
    done_at: datetime | None


def find_case(records: Records, case_id: str) -> Case:
    """Return the case of that id. Raises Refused `counter.unknown-case`."""
    case = records.find_case(case_id.partition(".")[0], case_id)
    if case is None:
        raise Refused("counter.unknown-case")
    return case


def require_open(records: Records, case_id: str, at: datetime) -> Case:
    """Return a case that is not over. Raises Refused `counter.unknown-case`, `counter.case-over`."""
    case = find_case(records, case_id)
    if case.closed_at is not None or at >= case.expires_at:
        raise Refused("counter.case-over")
    return case


def standings(records: Records, case: Case) -> tuple[Standing, ...]:
    """Return everything asked for in a case and how it stands, in the order of asking."""
    used = {
        (row.act, row.kind): row.used_at
        for row in records.reservations(case.pseudonym)
        if row.case == case.id and row.used_at is not None
    }
    return tuple(_standing(case, one, used.get((one.act, one.kind))) for one in records.asked(case.pseudonym, case.id))


def needs_second(case: Case, act: Act) -> bool:
    """Return whether a second clerk must agree to such an act in this case."""
    return SECOND[case.visitor, act]


def is_own(clerk: Clerk, case: Case) -> bool:
    """Return whether the case is about the clerk's own card."""
    return clerk.own_card == case.pseudonym


def _standing(case: Case, asked: Asked, done_at: datetime | None) -> Standing:
    if done_at is not None:
        return Standing(asked, AskedState.DONE, done_at)
    waits = needs_second(case, asked.act) and asked.second is None
    return Standing(asked, AskedState.NEEDS_SECOND if waits else AskedState.READY, None)
