"""When e-Tax takes a return, what it asks for, and until when a return is in time."""

from datetime import date, datetime, time

from kaijo.clock import JST
from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.filing import filing_deadline
from kaijo.facts.holidays import is_working_day, listed
from kaijo.facts.pins import PinKind
from kaijo.facts.readings import Reading, side
from kaijo.facts.schedule import Schedule, Span, between, midnight_after

_MONDAY = 0


def etax_schedule(day: date, reading: Reading = Reading.EXPECTED) -> Schedule:
    """Return when e-Tax is open. Its `row` is the fact that rules on `day`; its hours hold for every day.

    [fact: etax-hours-season, etax-hours-off-season, etax-season, etax-closed]. Raises UsageProblem `facts.damaged`.
    """
    return Schedule(_hours(day), lambda asked: _span(asked, reading))


def etax_open(moment: datetime, reading: Reading = Reading.EXPECTED) -> bool:
    """Return whether e-Tax is open at `moment`, an aware time. Raises as `etax_schedule`."""
    return etax_schedule(_day(moment), reading).is_open(moment)


def next_etax_opening(moment: datetime, reading: Reading = Reading.EXPECTED) -> datetime:
    """Return `moment` itself if e-Tax is open then, else when it next opens. JST. Raises as `etax_schedule`."""
    return etax_schedule(_day(moment), reading).next_opening(moment)


def etax_cut(deadline: date) -> datetime:
    """Return the instant from which what e-Tax records is late, in JST [fact: etax-cut]."""
    row = fact("etax-cut")
    if row.take(str, "in_time_before") != "midnight":
        raise row.damaged("in_time_before")
    return midnight_after(deadline)


@kept
def etax_pins() -> tuple[PinKind, ...]:
    """Return the PINs that sending a return asks for, in the order asked [fact: etax-pins].

    The first use of a device asks for the attributes PIN besides: `etax_first_use`.
    """
    return _pin(fact("etax-pins"), "login"), _pin(fact("etax-pins"), "sending")


def etax_first_use() -> PinKind:
    """Return the PIN that the first use of the card with e-Tax asks for besides [fact: etax-pins]."""
    return _pin(fact("etax-pins"), "first_use")


def _pin(row: Fact, step: str) -> PinKind:
    try:
        return PinKind(row.take(str, step))
    except ValueError:
        raise row.damaged(step) from None


@kept
def _span(day: date, reading: Reading) -> Span | None:
    row = _hours(day)
    way = side(row, reading)
    on = row.take(str, *way, "on")
    if on not in {"every", "working"}:
        raise row.damaged(*way, "on")
    if day in listed(fact("etax-closed"), date, "dates") or (on == "working" and not is_working_day(day)):
        return None
    return between(day, row.take(time, *way, "monday_opens" if day.weekday() == _MONDAY else "opens"), None)


def _hours(day: date) -> Fact:
    season = fact("etax-season")
    begins = season.take(int, "month"), season.take(int, "day")
    in_season = begins <= (day.month, day.day) and day <= filing_deadline(day.year)
    return fact("etax-hours-season" if in_season else "etax-hours-off-season")


def _day(moment: datetime) -> date:
    return moment.astimezone(JST).date()
