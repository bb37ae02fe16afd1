"""One situation solved in one reading of the facts: the best policy of each route, at both paces together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from kaijo.facts.filing import ReturnKind
from kaijo.facts.money import deduction_row
from kaijo.facts.pins import PinKind
from kaijo.plan.losses import Line, Losses
from kaijo.plan.rules import Pace, Readings, rules
from kaijo.plan.search import LATE, ROUTES, Search, Value
from kaijo.plan.situation import Situation
from kaijo.plan.timetable import Step, good_line, steps
from kaijo.plan.windows import moment_of
from kaijo.plan.world import World

_FILED_BY = {
    "phone-certificate-send": "phone-certificate-etax",
    "id-password-send": "id-password",
    "accountant": "accountant",
    "post": "paper-post",
    "drop-box": "paper-drop-box",
}


@dataclass(frozen=True, slots=True)
class Worth:
    """A route's measures: the mean of what its policy is worth at both paces. Yen and minutes are losses."""

    chance: float
    money: float
    out: float
    work: float
    finish: float

    def rank(self) -> tuple[float, ...]:
        """Return the design's order, the less the better: chance to 5 %, money, minutes out, of work, finish."""
        return (
            -int(self.chance * 20 + 0.5 + 1e-9), round(self.money), round(self.out, 3), round(self.work, 3),
            round(self.finish, 3),
        )  # fmt: skip


class Solution:
    """The policies of one situation in one reading."""

    def __init__(self, situation: Situation, readings: Readings = frozenset(), losses: Losses | None = None) -> None:
        self.situation = situation
        held = rules(readings)
        usual = World(situation, held, Pace.TYPICAL, losses)
        self.worlds = {
            Pace.TYPICAL: usual,
            Pace.CAUTIOUS: World(situation, held, Pace.CAUTIOUS, usual.losses),
        }
        self.searches = {pace: Search(world) for pace, world in self.worlds.items()}
        self._values: dict[str, Mapping[Pace, Value]] = {}
        for route in ROUTES:
            if route != LATE:
                self._solve(route)

    def read_otherwise(self, fact_id: str) -> "Solution":
        """Return the solution of the same situation with one disputed fact read the other way."""
        world = self.worlds[Pace.TYPICAL]
        losses = None if fact_id == deduction_row(world.season).id else world.losses
        return Solution(self.situation, frozenset({fact_id}), losses)

    def _solve(self, route: str) -> None:
        usual = self._best(Pace.TYPICAL, route)
        if usual is not None:
            slow = self._best(Pace.CAUTIOUS, route) or self._free(Pace.CAUTIOUS)
            self._values[route] = {Pace.TYPICAL: usual, Pace.CAUTIOUS: slow}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The routes that lead somewhere, the best first."""
        self._solve(LATE)
        return tuple(sorted(self._values, key=self._place))

    @cached_property
    def first(self) -> str | None:
        """The best route. Filing late is looked at only where no other way has a chance."""
        first = min(self._values, key=self._place, default=None)
        if first is None or not self.worth(first).rank()[0]:
            return self.order[0] if self.order else None
        return first

    def _place(self, route: str) -> tuple[float, ...]:
        return (*self.worth(route).rank(), ROUTES.index(route))

    def _best(self, pace: Pace, route: str) -> Value | None:
        if route != LATE:
            return self.searches[pace].best(route, self.worlds[pace].start, self.worlds[pace].now)
        if self.situation.filing.kind is ReturnKind.REFUND:
            return None
        value = self.searches[pace].free(self.worlds[pace].start, self.begin(pace, LATE))
        return value if value.first else None

    def begin(self, pace: Pace, route: str) -> int:
        """Return the minute at which a route begins: now, or for filing late the end of the last deadline."""
        world = self.worlds[pace]
        return max(world.now, *world.cuts.values()) if route == LATE else world.now

    def _free(self, pace: Pace) -> Value:
        world = self.worlds[pace]
        return self.searches[pace].free(world.start, world.now)

    def worth(self, route: str) -> Worth:
        """Return what a route is worth."""
        values = self._values[route].values()
        share = 1 / len(values)
        _, line = self.shown(route)
        return Worth(
            chance=share * sum(value.chance for value in values),
            money=-share * sum(value.money for value in values),
            out=-share * sum(value.out for value in values),
            work=-share * sum(value.work for value in values),
            finish=-line.finish,
        )

    def gist(self) -> tuple[str, float] | None:
        """Return which route is best and its chance to 5 %; None where there is no route."""
        return None if self.first is None else (self.first, self.worth(self.first).rank()[0])

    def facts_of_best(self) -> frozenset[str]:
        """Return the facts that the best route rests on, whatever happens on the way."""
        if self.first is None:
            return frozenset()
        seen: set[int] = set()
        facts: set[str] = set()
        open_values = list(self._values[self.first].values())
        while open_values:
            value = open_values.pop()
            if id(value) not in seen and value.first is not None:
                seen.add(id(value))
                facts.update(value.first.move.act.facts)
                open_values.extend(after for after in value.first.then if after is not None)
        return frozenset(facts)

    def mean_confidence(self, kind: PinKind) -> float:
        """Return how likely the next entry of a PIN is right, the mean of both paces where nobody said."""
        told = [world.first_confidence(kind) for world in self.worlds.values()]
        return sum(told) / len(told)

    def shown(self, route: str) -> tuple[Pace, Value]:
        """Return the policy that is printed: the one that holds on a slow night, where there is one."""
        for pace in (Pace.CAUTIOUS, Pace.TYPICAL):
            value = self._best(pace, route)
            if value is not None:
                return pace, value
        raise KeyError(route)

    def steps(self, route: str) -> tuple[Step, ...]:
        """Return the timed steps of a route's good line."""
        pace, value = self.shown(route)
        world = self.worlds[pace]
        return steps(world, good_line(value), self.begin(pace, route), world.start)

    def lines(self, route: str) -> tuple[Line, ...]:
        """Return the money that the good line loses, line by line."""
        pace, value = self.shown(route)
        last = good_line(value)[-1]
        return self.worlds[pace].losses.lines(last.end, electronic=last.act.electronic, late=route == LATE)

    def finish(self, route: str) -> datetime:
        """Return when the return is filed if all goes well."""
        return moment_of(int(-self.shown(route)[1].finish))


def route_of(moves_names: tuple[str, ...], *, late: bool) -> str:
    """Return the route that a line of acts follows."""
    if late:
        return LATE
    if moves_names[-1] in _FILED_BY:
        return _FILED_BY[moves_names[-1]]
    if "kiosk" in moves_names:
        return "kiosk-etax"
    return "counter-etax" if any(name.startswith("counter") for name in moves_names) else "etax-now"
