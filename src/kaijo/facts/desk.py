"""Our own numbers of the practice filing desk."""

from datetime import timedelta

from kaijo.facts.book import fact
from kaijo.facts.lifetimes import life


def filing_challenge_life() -> timedelta:
    """Return how long a challenge for signing in can be answered [fact: filing-challenge-life]."""
    return life(fact("filing-challenge-life"))


def filing_session_life() -> timedelta:
    """Return how long somebody stays signed in at the practice desk [fact: filing-session-life]."""
    return life(fact("filing-session-life"))


def largest_return() -> int:
    """Return the size of the largest signed return that the practice desk takes, in bytes [fact: filing-largest]."""
    return fact("filing-largest").count("kilobytes") * 1000
