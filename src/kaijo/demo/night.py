"""The night on which the story plays."""

from datetime import datetime, time, timedelta

from kaijo.clock import JST, SystemClock
from kaijo.facts.filing import next_filing_deadline

_LOCKED_AT = time(21, 40)
# How long each part of the story takes besides what the programs do; with these the receipt comes at 23:2x.
TO_THE_STORE, BACK_HOME, LAST_LOOK = timedelta(minutes=35), timedelta(minutes=40), timedelta(minutes=30)


def deadline_night() -> datetime:
    """Return 21:40 JST of the next filing deadline [fact: filing-deadline]: kiosks are open, but not for long."""
    return datetime.combine(next_filing_deadline(SystemClock().now()), _LOCKED_AT, JST)
