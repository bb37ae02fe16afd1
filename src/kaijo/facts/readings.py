"""Facts that sources dispute or leave open: both readings stand in the row, and which one we expect."""

from collections.abc import Iterable
from enum import Enum

from kaijo.facts.book import Fact, fact

_EXPECTED = "expected"


class Reading(Enum):
    """How to take what is not settled: as we expect, as everybody would like, or so that no plan rests on luck."""

    EXPECTED = "expected"
    HOPEFUL = "hopeful"
    CAUTIOUS = "cautious"


_SIDES = {Reading.HOPEFUL.value, Reading.CAUTIOUS.value}


def side(row: Fact, reading: Reading) -> tuple[str, ...]:
    """Return the path of the value's part that holds in this reading; the whole value where it has no two.

    A dispute that a local fact settles has one reading left, the expected one. Raises UsageProblem `facts.damaged`.
    """
    if not _has_two(row):
        return ()
    if reading is not Reading.EXPECTED and row.disputed:
        return (reading.value,)
    expected = row.take(str, _EXPECTED)
    if expected not in _SIDES:
        raise row.damaged(_EXPECTED)
    return (expected,)


def contested(fact_ids: Iterable[str]) -> tuple[str, ...]:
    """Return those of the facts that have two readings still open. Raises UsageProblem `facts.unknown`."""
    return tuple(fact_id for fact_id in fact_ids if fact(fact_id).disputed and _has_two(fact(fact_id)))


def _has_two(row: Fact) -> bool:
    return isinstance(row.value, dict) and row.value.keys() >= _SIDES
