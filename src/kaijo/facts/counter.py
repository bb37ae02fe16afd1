"""The municipal counter: an example town's hours, because each municipality has its own, and who goes how often."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import Enum

from kaijo.clock import JST
from kaijo.facts.assumptions import Duration, duration
from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.filing import next_filing_deadline
from kaijo.facts.holidays import is_working_day
from kaijo.facts.hours import Opening
from kaijo.facts.pins import PinKind, read_kinds
from kaijo.facts.schedule import Schedule, Span, between

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FRIDAY = _WEEKDAYS.index("friday")


class Visitor(Enum):
    """Who goes to the counter."""

    HOLDER = "holder"
    LEGAL_REPRESENTATIVE = "legal-representative"
    PROXY = "proxy"


def counter_hours() -> Opening:
    """Return the counter's hours on working days [fact: counter-hours]. Raises UsageProblem `facts.damaged`."""
    return Opening.from_fact(fact("counter-hours"))


def counter_schedule() -> Schedule:
    """Return when the counter serves, day by day [fact: counter-hours]. Raises UsageProblem `facts.damaged`."""
    return working_days(fact("counter-hours"))


def next_counter_opening(moment: datetime) -> datetime:
    """Return when the counter next serves: `moment` itself if it is open then. Aware in, JST out.

    Raises UsageProblem `facts.damaged`.
    """
    return counter_schedule().next_opening(moment)


def working_days(row: Fact) -> Schedule:
    """Return the schedule of an office that `row` opens on working days and on the days of its list `also`.

    `also` need not be there; each of its rows has day, opens and closes. Raises UsageProblem `facts.damaged`.
    """
    usual, also = Opening.from_fact(row), _also(row)

    def span(day: date) -> Span | None:
        hours = also.get(day) or (usual if is_working_day(day) else None)
        return between(day, hours.opens, hours.closes) if hours else None

    return Schedule(row, span)


@kept
def counter_kinds() -> frozenset[PinKind]:
    """Return the PINs that the counter resets [fact: counter-scope]. Raises UsageProblem `facts.damaged`."""
    return frozenset(read_kinds(fact("counter-scope"), "kinds"))


def visits(visitor: Visitor) -> int:
    """Return how often this visitor goes for a reset.

    [fact: counter-same-day, counter-legal-representative, counter-proxy]. Raises UsageProblem `facts.damaged`.
    """
    if visitor is Visitor.HOLDER:
        return 1 if fact("counter-same-day").take(bool, "same_day") else 2
    return fact(f"counter-{visitor.value}").count("visits")


def letter() -> Duration:
    """Return how long the inquiry letter takes between a proxy's two visits [fact: duration-inquiry-letter]."""
    return duration("inquiry-letter")


def crowded(moment: datetime) -> bool:
    """Return whether a long queue is to be expected at `moment`, an aware time [fact: counter-crowding].

    Raises UsageProblem `facts.damaged`.
    """
    row, local = fact("counter-crowding"), moment.astimezone(JST)
    day = local.date()
    return (
        _WEEKDAYS[day.weekday()] in row.take(list, "weekdays")
        or (row.take(bool, "after_days_off") and not is_working_day(day - timedelta(days=1)))
        or (day.weekday() == _FRIDAY and local.time() >= row.take(time, "friday_from"))
        or next_filing_deadline(moment) - day < timedelta(days=row.count("days_before_deadline"))
    )


def queue(moment: datetime) -> Duration:
    """Return how long one waits at `moment` [fact: duration-counter-queue, duration-counter-queue-crowded]."""
    return duration("counter-queue-crowded" if crowded(moment) else "counter-queue")


def _also(row: Fact) -> dict[date, Opening]:
    if "also" not in row.take(dict):
        return {}
    parts = [replace(row, value=part) for part in row.take(list, "also")]
    return {part.take(date, "day"): Opening.from_fact(part) for part in parts}
