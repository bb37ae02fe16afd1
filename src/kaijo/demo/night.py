"""The night on which the story plays."""

from datetime import datetime, time

from kaijo.clock import JST, SystemClock
from kaijo.facts.filing import next_filing_deadline

_LOCKED_AT = time(21, 40)


def deadline_night() -> datetime:
    """Return 21:40 JST of the next filing deadline [fact: filing-deadline]: kiosks are open, but not for long."""
    return datetime.combine(next_filing_deadline(SystemClock().now()), _LOCKED_AT, JST)
