"""Own numbers of the reservation service as a program."""

from datetime import timedelta

from kaijo.facts.book import fact
from kaijo.facts.lifetimes import life


def stop_limit() -> timedelta:
    """Return how long requests under way may take once the service was told to stop [fact: service-stop-limit]."""
    return life(fact("service-stop-limit"))
