"""How the service deals with its database: how often it repeats, and how long it keeps what is over."""

from dataclasses import dataclass
from datetime import timedelta

from kaijo.facts.book import fact


@dataclass(frozen=True, slots=True)
class Repeats:
    """At most `tries` times in all; the pause before the second is up to `first`, each later one up to twice that."""

    tries: int
    first: timedelta
    most: timedelta


def store_repeats() -> Repeats:
    """Return how often a verb is tried that the database did not let through [fact: store-repeats]."""
    return repeats_of("store-repeats")


def repeats_of(fact_id: str) -> Repeats:
    """Return the repeats that a fact of this form spells. Raises UsageProblem `facts.damaged`."""
    row = fact(fact_id)
    first, most = (timedelta(milliseconds=row.count(name)) for name in ("first_milliseconds", "most_milliseconds"))
    return Repeats(row.count("tries"), first, most)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows that are over are kept: challenges, the card's answers, everything of a visit or a case."""

    challenge: timedelta
    answer: timedelta
    visit: timedelta


def retention() -> Retention:
    """Return how long rows that are over are kept [fact: retention]."""
    row = fact("retention")
    return Retention(*(timedelta(days=row.count(f"{name}_days")) for name in ("challenge", "answer", "visit")))
