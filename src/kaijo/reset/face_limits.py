"""How often a face may be tried, and when to come back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kaijo.facts.face import Limit


def longest(limits: Sequence[Limit]) -> timedelta:
    """Return how far back tries matter."""
    return max(limit.span for limit in limits)


def tries_left(limits: Sequence[Limit], tries: Sequence[datetime], at: datetime) -> int:
    """Return how many tries are left at `at` after those before it."""
    return max(0, min(limit.tries - len(_within(limit, tries, at)) for limit in limits))


def free_again(limits: Sequence[Limit], tries: Sequence[datetime], at: datetime) -> datetime | None:
    """Return when the next try is free; None when it is now."""
    blocks = [
        within[len(within) - limit.tries] + limit.span
        for limit in limits
        if len(within := _within(limit, tries, at)) >= limit.tries
    ]
    return max(blocks, default=None)


def _within(limit: Limit, tries: Sequence[datetime], at: datetime) -> list[datetime]:
    return sorted(moment for moment in tries if at < moment + limit.span)
