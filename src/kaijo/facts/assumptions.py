"""How long things take and how likely they go well: our own assumptions, for want of any source."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Self

from kaijo.facts.book import Fact, fact, kept
from kaijo.facts.shares import share


@dataclass(frozen=True, slots=True)
class Duration:
    """How long an act takes: as a rule, and in a plan that rests on nothing going smoothly."""

    typical: timedelta
    cautious: timedelta

    @classmethod
    def from_fact(cls, row: Fact) -> Self:
        """Return the duration that `row` states in minutes or in days. Raises UsageProblem `facts.damaged`."""
        value = row.take(dict)
        unit = "days" if "days" in value else "minutes"
        length = cls(*(timedelta(**{unit: row.count(unit, how)}) for how in ("typical", "cautious")))
        if length.cautious < length.typical:
            raise row.damaged(unit, "cautious")
        return length


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely an act goes well, as parts of one."""

    typical: Fraction
    cautious: Fraction

    @classmethod
    def from_fact(cls, row: Fact) -> Self:
        """Return the chance that `row` states in percent. Raises UsageProblem `facts.damaged`."""
        chance = cls(share(row, "percent", "typical"), share(row, "percent", "cautious"))
        if chance.typical < chance.cautious:
            raise row.damaged("percent", "cautious")
        return chance


@kept
def duration(act: str) -> Duration:
    """Return how long `act` takes: the row `duration-<act>`.

    Raises UsageProblem `facts.unknown` for an act without row, `facts.damaged`.
    """
    return Duration.from_fact(fact(f"duration-{act}"))


@kept
def chance(act: str) -> Chance:
    """Return how likely `act` goes well: the row `chance-<act>`. Raises as `duration`."""
    return Chance.from_fact(fact(f"chance-{act}"))


def marginal_rate() -> Fraction:
    """Return the part of a lost deduction that is lost in money: income and resident tax [fact: marginal-rate]."""
    return share(fact("marginal-rate"), "percent")
