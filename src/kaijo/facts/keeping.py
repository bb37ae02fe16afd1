"""Our own numbers for choosing and remembering PINs."""

from datetime import timedelta
from typing import NamedTuple

from kaijo.facts.book import fact
from kaijo.facts.months import MOST_MONTHS


class SuggestedShape(NamedTuple):
    """How a suggested signature PIN is built: syllables of two letters, then digits."""

    syllables: int
    digits: int


class RecallPause(NamedTuple):
    """After `misses` misses in a row each further one costs a pause: `first`, then twice as long, at most `most`."""

    misses: int
    first: timedelta
    most: timedelta


def suggested_shape() -> SuggestedShape:
    """Return the shape [fact: pin-suggestion]. Raises UsageProblem `facts.damaged`."""
    row = fact("pin-suggestion")
    return SuggestedShape(row.count("syllables"), row.count("digits"))


def recall_pause() -> RecallPause:
    """Return what a miss in the recall test costs [fact: recall-pause]. Raises UsageProblem `facts.damaged`."""
    row = fact("recall-pause")
    first, most = timedelta(minutes=row.count("first_minutes")), timedelta(hours=row.count("most_hours"))
    return RecallPause(row.count("misses"), first, most)


def recall_intervals() -> tuple[timedelta, ...]:
    """Return the days between one recall test and the next [fact: recall-schedule]. Raises UsageProblem."""
    row = fact("recall-schedule")
    days = row.take(list, "days")
    if not days or any(type(day) is not int or day < 1 for day in days):
        raise row.damaged("days")
    return tuple(timedelta(days=day) for day in days)


class NextYearSteps(NamedTuple):
    """How long before the deadline each step of getting ready is due: months, months, days."""

    reader_months: int
    rehearse_months: int
    send_days: int


def next_year_steps() -> NextYearSteps:
    """Return our own times [fact: next-year-steps]. Raises UsageProblem `facts.damaged`."""
    row = fact("next-year-steps")
    reader, rehearse = (row.count(key, most=MOST_MONTHS) for key in ("reader_months", "rehearse_months"))
    return NextYearSteps(reader, rehearse, row.count("send_days"))
