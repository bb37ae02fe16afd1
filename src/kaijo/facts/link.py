"""When a link to a card is good, and why it may be bad."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, unique

from kaijo.facts.book import Fact, fact
from kaijo.facts.lifetimes import life


@unique
class LinkCause(Enum):
    """Why a contactless link is bad: one thing each that its holder can change."""

    MOVED = "moved"
    CASE = "case"
    RING = "ring"
    CHARGING = "charging"


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Up to which errors in a thousand commands a link is good, beyond which it is unusable, and when it is slow."""

    good_per_thousand: int
    unusable_per_thousand: int
    slow_milliseconds: int


def link_limits() -> LinkLimits:
    """Return the limits [fact: link-limits]. Raises UsageProblem `facts.damaged`, as every reader of facts does."""
    row = fact("link-limits")
    return LinkLimits(
        row.count("good_per_thousand"), row.count("unusable_per_thousand"), row.count("slow_milliseconds")
    )


def read_causes(row: Fact) -> tuple[LinkCause, ...]:
    """Return the causes in the order of `row`, which names each once. Raises UsageProblem `facts.damaged`."""
    order = row.take(list, "order")
    if len(order) != len(LinkCause) or any(cause.value not in order for cause in LinkCause):
        raise row.damaged("order")
    return tuple(map(LinkCause, order))


def link_causes() -> tuple[LinkCause, ...]:
    """Return every cause, the most likely first [fact: link-causes]. Raises as `read_causes`."""
    return read_causes(fact("link-causes"))


def link_change_deviations() -> int:
    """Return by how many standard deviations errors must fall for a change to count [fact: link-change]."""
    return fact("link-change").count("standard_deviations")


def link_return() -> timedelta:
    """Return how long a card that left is waited for [fact: link-return]."""
    return life(fact("link-return"))
