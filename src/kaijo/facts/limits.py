"""Own limits of the reservation service. The arithmetic of each number stands in its fact, and in docs/limits.md."""

from dataclasses import dataclass
from datetime import timedelta

from kaijo.facts.book import fact, kept
from kaijo.facts.face import Limit, read_limits


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many requests one process has in hand: what begins something is refused earlier than what goes on."""

    most: int
    beginning: int
    wait: timedelta


@kept
def reservation_limits() -> tuple[Limit, ...]:
    """Return how often one card may be reserved for [fact: limit-card]."""
    return read_limits(fact("limit-card"))


@kept
def device_begin_limits() -> tuple[Limit, ...]:
    """Return how often one phone may begin [fact: limit-device]."""
    return read_limits(fact("limit-device"))


@kept
def terminal_begin_limits() -> tuple[Limit, ...]:
    """Return how often one enrolled terminal may begin [fact: limit-terminal]."""
    return read_limits(fact("limit-terminal"))


@kept
def network_limits() -> tuple[Limit, ...]:
    """Return how often one network range may begin [fact: limit-network]."""
    return read_limits(fact("limit-network"))


@kept
def address_share() -> tuple[Limit, ...]:
    """Return how often one address may begin whatever its neighbours do [fact: limit-address]."""
    return read_limits(fact("limit-address"))


@kept
def refusal_rows() -> tuple[Limit, ...]:
    """Return how many refusals of one cause one process writes a row for [fact: limit-refusal-rows]."""
    return read_limits(fact("limit-refusal-rows"))


@kept
def at_once() -> AtOnce:
    """Return how many requests one process takes in hand [fact: limit-at-once]."""
    row = fact("limit-at-once")
    return AtOnce(row.count("most"), row.count("beginning"), timedelta(seconds=row.count("wait_seconds")))


def failed_channels() -> int:
    """Return after how many failed openings in a row a card is stopped [fact: limit-failed-channels]."""
    return fact("limit-failed-channels").count("most")
