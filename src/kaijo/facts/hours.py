"""Opening hours, the same every day, in Japan's time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from kaijo.clock import JST
from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.holidays import listed
from kaijo.facts.readings import Reading, side
from kaijo.facts.schedule import Schedule, between


@dataclass(frozen=True, slots=True)
class Opening:
    """Daily hours in JST: open from the instant `opens`, closed from the instant `closes` of the same day.

    Every `moment` is aware, in any offset; every answer is in JST.
    """

    opens: time
    closes: time

    @classmethod
    def from_fact(cls, row: Fact) -> Self:
        """Return the hours that `row` states. Raises UsageProblem `facts.damaged`."""
        hours = cls(row.take(time, "opens"), row.take(time, "closes"))
        if hours.closes <= hours.opens:
            raise row.damaged("closes")
        return hours

    def is_open(self, moment: datetime) -> bool:
        """Return whether it is open at `moment`."""
        return self.opens <= moment.astimezone(JST).time() < self.closes

    def next_opening(self, moment: datetime) -> datetime:
        """Return `moment` itself if it is open then, else the next instant at which it opens."""
        return moment.astimezone(JST) if self.is_open(moment) else _next(self.opens, moment)

    def next_closing(self, moment: datetime) -> datetime:
        """Return the first instant after `moment` at which it closes."""
        return _next(self.closes, moment)


def kiosk_hours() -> Opening:
    """Return the hours in which kiosks finish a reset [fact: kiosk-hours]. Raises UsageProblem `facts.damaged`."""
    return Opening.from_fact(fact("kiosk-hours"))


def kiosk_schedule(reading: Reading = Reading.EXPECTED) -> Schedule:
    """Return when kiosks finish a reset, day by day [fact: kiosk-hours, kiosk-year-end].

    Raises UsageProblem `facts.damaged`.
    """
    hours, shut = kiosk_hours(), _kiosk_shut(reading)
    return Schedule(
        fact("kiosk-hours"), lambda day: None if f"{day:%m-%d}" in shut else between(day, hours.opens, hours.closes)
    )


@kept
def _kiosk_shut(reading: Reading) -> frozenset[date | str]:
    row = fact("kiosk-year-end")
    return listed(row, str, *side(row, reading), "closed")


def _next(at: time, after: datetime) -> datetime:
    local = after.astimezone(JST)
    today = datetime.combine(local.date(), at, JST)
    return today if today > local else today + timedelta(days=1)
