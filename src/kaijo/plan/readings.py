"""Facts read two ways: which of them would change the plan if they were the other way."""

from collections.abc import Iterator

from kaijo.facts.book import fact
from kaijo.facts.filing import ReturnKind
from kaijo.facts.money import deduction_row
from kaijo.facts.readings import Reading
from kaijo.plan.routes import Solution
from kaijo.plan.rules import Pace, rules
from kaijo.plan.windows import DAY, Window
from kaijo.plan.world import World

_LOOKED_AHEAD = 8


def changing_readings(solution: Solution) -> Iterator[tuple[str, Solution]]:
    """Yield each disputed fact whose other reading changes which route is best, or its chance, with that solution."""
    for fact_id in _in_play(solution):
        other = solution.read_otherwise(fact_id)
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
        mine, other = (getattr(rules(flipped), window) for flipped in (frozenset[str](), frozenset({fact_id})))
        if _openings(mine, world) != _openings(other, world):
            yield fact_id
    if any(act.name == "drop-box" for act in solution.searches[Pace.TYPICAL].acts["free"]):
        yield "drop-box"
    row = deduction_row(world.season)
    if situation.filing.kind is ReturnKind.BLUE and row.disputed:
        yield row.id


def _openings(window: Window, world: World) -> list[tuple[int, int]]:
    """Return what is still to come of a window, up to the deadline or for some days where that is far or over."""
    today, last = world.now // DAY, (world.cuts["etax"] - 1) // DAY
    days = range(today, last + 1) if today <= last < today + _LOOKED_AHEAD else range(today, today + _LOOKED_AHEAD)
    end = (days[-1] + 1) * DAY
    spans = [span for day in days for span in window.day(day)]
    return [(max(opens, world.now), min(closes, end)) for opens, _, closes, _ in spans if closes > world.now]
