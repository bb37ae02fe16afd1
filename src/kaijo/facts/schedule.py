"""Opening times that differ from day to day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kaijo.clock import JST
from kaijo.facts.book import Fact

Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_SEARCHED_DAYS = 31  # what is shut for a month is shut


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a place serves: at most one span a day, each from the instant it opens to the instant it closes.

    `row` is the fact that states it. `span` returns the span of a day in Japan, in JST, or None for a day off.
    Every `moment` is aware, in any offset; every answer is in JST.
    """

    row: Fact
    span: Callable[[date], Span | None]

    def is_open(self, moment: datetime) -> bool:
        """Return whether it is open at `moment`."""
        span = self.span(moment.astimezone(JST).date())
        return span is not None and span[0] <= moment < span[1]

    def next_opening(self, moment: datetime) -> datetime:
        """Return `moment` itself if it is open then, else the next instant at which it opens.

        Raises UsageProblem `facts.damaged` for a place that does not open within a month.
        """
        return max(moment.astimezone(JST), self._next(moment)[0])

    def next_closing(self, moment: datetime) -> datetime:
        """Return the first instant after `moment` at which it closes; days that adjoin at midnight are one opening.

        Raises UsageProblem `facts.damaged` for a place that does not open within a month.
        """
        closing = self._next(moment)[1]
        for _ in range(_SEARCHED_DAYS):
            span = self.span(closing.date())
            if span is None or span[0] != closing:
                break
            closing = span[1]
        return closing

    def _next(self, moment: datetime) -> Span:
        """Return the first span that ends after `moment`."""
        day = moment.astimezone(JST).date()
        for _ in range(_SEARCHED_DAYS):
            span = self.span(day)
            if span is not None and moment < span[1]:
                return span
            day += _DAY
        raise self.row.damaged()


def midnight_after(day: date) -> datetime:
    """Return the instant at which a day in Japan is over."""
    return datetime.combine(day + _DAY, time(), JST)


def between(day: date, opens: time, closes: time | None) -> Span:
    """Return the span of one day; without `closes` it lasts to midnight."""
    return datetime.combine(day, opens, JST), datetime.combine(day, closes, JST) if closes else midnight_after(day)
