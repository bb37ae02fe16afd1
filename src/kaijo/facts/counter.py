"""When the municipal counter is open: an example town's hours, because each municipality has its own."""

from datetime import datetime, timedelta

from kaijo.facts.book import fact
from kaijo.facts.holidays import is_working_day
from kaijo.facts.hours import Opening


def counter_hours() -> Opening:
    """Return the counter's hours on working days [fact: counter-hours]. Raises UsageProblem `facts.damaged`."""
    return Opening.from_fact(fact("counter-hours"))


def next_counter_opening(moment: datetime) -> datetime:
    """Return when the counter next serves: `moment` itself if it is open then. Aware in, JST out.

    Raises UsageProblem `facts.damaged`.
    """
    hours = counter_hours()
    opening = hours.next_opening(moment)
    while not is_working_day(opening.date()):
        opening = hours.next_opening(opening.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1))
    return opening
