"""The one place that knows what time it is. Everybody else is handed a Clock."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

from kaijo.errors import UsageProblem

JST = timezone(timedelta(hours=9), "JST")


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in JST."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in JST."""
        return datetime.now(UTC).astimezone(JST)


class ShiftedClock:
    """A clock that was set to `start` when it was made and runs on from there."""

    def __init__(self, start: datetime) -> None:
        self._ahead = start - SystemClock().now()

    def now(self) -> datetime:
        """Return the shifted time in JST."""
        return SystemClock().now() + self._ahead


class ManualClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(JST)

    def now(self) -> datetime:
        """Return the time it was last set to, in JST."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move the clock on by `step`."""
        self._now += step


def parse_time(text: str) -> datetime:
    """Return the moment that an ISO 8601 text names, in JST; a text without offset is read as JST.

    Raises UsageProblem `usage.time` when the text is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).astimezone(JST)
    except (ValueError, OverflowError):  # the latter: no such year in Japan
        raise UsageProblem("usage.time", text=text) from None


def clock_at(text: str | None) -> Clock:
    """Return the machine's clock, or one that starts at the moment `text` names. Raises as `parse_time`."""
    return SystemClock() if text is None else ShiftedClock(parse_time(text))
