"""The chains whose shops have kiosks, and what each kiosk can reset."""

from enum import Enum

from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.pins import PinKind, read_kinds


class Chain(Enum):
    """A chain of shops with kiosks, by the word the planner and the API use."""

    SEVEN_ELEVEN = "seven-eleven"
    AEON = "aeon"
    LAWSON = "lawson"
    FAMILYMART = "familymart"
    MINISTOP = "ministop"
    DAIEI = "daiei"
    FUJI = "fuji"


def chains_for(kind: PinKind) -> tuple[Chain, ...]:
    """Return the chains with kiosks that reset this PIN kind [fact: reset-chains].

    None resets the resident or the attributes PIN. Raises UsageProblem `facts.damaged`.
    """
    return tuple(chain for chain, kinds in _offers().items() if kind in kinds)


def read_offers(row: Fact) -> dict[Chain, frozenset[PinKind]]:
    """Return what each chain's kiosks reset, as `row` states it for all seven. Raises UsageProblem `facts.damaged`."""
    if row.take(dict).keys() != {chain.value for chain in Chain}:
        raise row.damaged()
    return {chain: frozenset(read_kinds(row, chain.value, "resets")) for chain in Chain}


@kept
def _offers() -> dict[Chain, frozenset[PinKind]]:
    return read_offers(fact("reset-chains"))
