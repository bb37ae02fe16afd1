"""When something is open, in whole minutes of Japan's time."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from kaijo.clock import JST

HOUR = 60
DAY = 24 * HOUR
_SEARCHED_DAYS = 62


def minute_of(moment: datetime) -> int:
    """Return the first whole minute that is not before an aware moment, counted from the start of the calendar."""
    local = moment.astimezone(JST)
    whole = local.date().toordinal() * DAY + local.hour * 60 + local.minute
    return whole + (local.second > 0 or local.microsecond > 0)


def moment_of(minute: int) -> datetime:
    """Return the moment of a minute, in JST."""
    return datetime.combine(date.fromordinal(minute // DAY), datetime.min.time(), JST) + timedelta(minutes=minute % DAY)


class Span(NamedTuple):
    """One opening: whoever comes in [`opens`, `until`) first waits `queue` minutes and must be done by `closes`."""

    opens: int
    until: int
    closes: int
    queue: int = 0


class Window:
    """Openings day by day. `spans` returns those that begin on a day, given as its ordinal; answers are remembered."""

    def __init__(self, spans: Callable[[int], tuple[Span, ...]]) -> None:
        self._spans = spans
        self._days: dict[int, tuple[Span, ...]] = {}

    def earliest(self, start: int, minutes: int) -> tuple[int, int] | None:
        """Return the first (start, end) not before `start`; None when it stays shut for two months."""
        for day in range(start // DAY - 1, start // DAY + _SEARCHED_DAYS):
            for opens, until, closes, queue in self.day(day):
                first = max(start, opens)
                end = first + queue + minutes
                if first < until and end <= closes:
                    return first, end
        return None

    def latest(self, end: int, minutes: int) -> int | None:
        """Return the last start from which `minutes` are over by `end`; None when there is none in two months."""
        for day in range(end // DAY, end // DAY - _SEARCHED_DAYS, -1):
            for opens, until, closes, queue in reversed(self.day(day)):
                last = min(min(closes, end) - queue - minutes, until - 1)
                if last >= opens:
                    return last
        return None

    def day(self, day: int) -> tuple[Span, ...]:
        """Return the openings that begin on a day, given as its ordinal."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._spans(day)
        return found


class Always(Window):
    """Open day and night."""

    def __init__(self) -> None:
        super().__init__(lambda _: ())

    def earliest(self, start: int, minutes: int) -> tuple[int, int] | None:
        """Return the act at once."""
        return start, start + minutes

    def latest(self, end: int, minutes: int) -> int | None:
        """Return the start that ends just then."""
        return end - minutes


ALWAYS = Always()
