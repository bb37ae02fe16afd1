"""The one place that knows what time it is. Everybody else is handed a Clock."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

from kaijo.errors import UsageProblem

JST = timezone(timedelta(hours=9), "JST")

_YEARS = (2000, 2100)


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


class SharedClock:
    """A clock for several processes: how far it is ahead of the machine stands in a file that any of them may set."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def now(self) -> datetime:
        """Return the time in JST; the machine's while nobody set another. Raises UsageProblem `usage.clock-file`."""
        try:
            return SystemClock().now() + timedelta(seconds=float(self.file.read_text("ascii")))
        except FileNotFoundError:
            return SystemClock().now()
        except (OSError, ValueError, OverflowError):  # the last: no such year
            raise UsageProblem("usage.clock-file", path=str(self.file)) from None

    def set(self, moment: datetime | None) -> None:
        """Let the clock run on from `moment`, or with the machine again when it is None.

        Raises UsageProblem `usage.unwritable`.
        """
        ahead = timedelta() if moment is None else moment - SystemClock().now()
        beside = self.file.with_suffix(".new")
        try:
            beside.write_text(str(ahead.total_seconds()), "ascii")
            beside.replace(self.file)
        except OSError:
            raise UsageProblem("usage.unwritable", path=str(self.file)) from None


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
    """Return the machine's clock, or one that starts at the moment `text` names.

    Raises as `parse_time`, and UsageProblem `usage.far-time`.
    """
    if text is None:
        return SystemClock()
    moment = parse_time(text)
    demand_near(moment, text)
    return ShiftedClock(moment)


def demand_near(day: date, text: str) -> None:
    """Let a day pass of which rules can be told. Raises UsageProblem `usage.far-time` with what was typed."""
    first, last = _YEARS
    if not first <= day.year <= last:
        raise UsageProblem("usage.far-time", text=text, first=first, last=last)
