"""Facts read two ways: which of them would change the plan if they were the other way."""

from collections.abc import Iterator

from kaijo.facts.book import fact
from kaijo.facts.filing import ReturnKind
from kaijo.facts.money import deduction_row
from kaijo.facts.readings import Reading
from kaijo.plan.routes import Solution
from kaijo.plan.rules import Pace, rules
from kaijo.plan.windows import DAY

_LOOKED_AHEAD = 8


def changing_readings(solution: Solution) -> Iterator[tuple[str, Solution]]:
    """Yield each disputed fact whose other reading changes which route is best, or its chance, with that solution."""
    for fact_id in _in_play(solution):
        other = Solution(solution.situation, frozenset({fact_id}))
        if other.gist() != solution.gist():
            yield fact_id, other


def _in_play(solution: Solution) -> Iterator[str]:
    """Yield the disputed facts whose other reading may matter, so that no search is done in vain.

    The other reading of a fact that is expected to be on our side only takes something away. Unless the best policy
    rests on it somewhere, that policy stays as it is and stays the best.
    """
    resting = solution.facts_of_best()
    for fact_id in _met(solution):
        row = fact(fact_id)
        if row.disputed and (row.value["expected"] == Reading.CAUTIOUS.value or fact_id in resting):
            yield fact_id


def _met(solution: Solution) -> Iterator[str]:
    """Yield the facts with two readings that this situation can meet at all."""
    situation, world = solution.situation, solution.worlds[Pace.TYPICAL]
    yield from ("certificate-usable", "reset-usable", "reset-face-authentication", "id-password")
    for fact_id, window in (("kiosk-year-end", "kiosk"), ("etax-hours-season", "etax")):
        mine, other = rules(frozenset()), rules(frozenset({fact_id}))
        days = range(world.now // DAY, world.now // DAY + _LOOKED_AHEAD)
        if any(getattr(mine, window).day(day) != getattr(other, window).day(day) for day in days):
            yield fact_id
    if any(act.name == "drop-box" for act in solution.searches[Pace.TYPICAL].acts["free"]):
        yield "drop-box"
    row = deduction_row(world.season)
    if situation.filing.kind is ReturnKind.BLUE and row.disputed:
        yield row.id
