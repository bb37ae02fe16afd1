"""When the holder can go to a kiosk with a reservation."""

from dataclasses import dataclass
from datetime import datetime

from kaijo.facts.hours import kiosk_schedule


@dataclass(frozen=True, slots=True)
class Going:
    """`opens` is when a kiosk can be used first, now included; `latest` the last instant at which it still can."""

    opens: datetime
    latest: datetime


def when_to_go(now: datetime, until: datetime) -> Going | None:
    """Return when to go between `now` and `until` (excluded) [fact: kiosk-hours, kiosk-year-end], None if never."""
    schedule = kiosk_schedule()
    opens = start = schedule.next_opening(now)
    if opens >= until:
        return None
    while (closes := schedule.next_closing(start)) < until:
        following = schedule.next_opening(closes)
        if following >= until:
            return Going(opens, closes)
        start = following
    return Going(opens, until)
