"""The plan: every route that leads somewhere, best first, what is ruled out, when to stop trying, what is uncertain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kaijo.facts.filing import ReturnKind
from kaijo.plan.losses import Line
from kaijo.plan.rejections import Rejection, reject
from kaijo.plan.routes import Solution, Worth, route_of
from kaijo.plan.rules import Pace
from kaijo.plan.search import LATE, ROUTES
from kaijo.plan.situation import Situation
from kaijo.plan.stopping import StopOrTry, stop_or_try
from kaijo.plan.timetable import Step, good_line, steps
from kaijo.plan.warnings import Warn, old_facts, other_readings, unknown_things


@dataclass(frozen=True, slots=True)
class Fallback:
    """How a route goes on when one of its chance acts fails: after which step, by what route, with which steps."""

    after: int
    chance: float
    id: str
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the fallback in JSON's types."""
        return {
            "after": self.after,
            "chance": round(self.chance, 3),
            "id": self.id,
            "steps": [step.as_dict() for step in self.steps],
        }


@dataclass(frozen=True, slots=True)
class Route:
    """One way out. `pace` is the one its times are printed for: cautious where it holds on a slow night as well.

    `worth.chance` counts the fallbacks; `point_of_no_return` is when its first step must have begun.
    """

    id: str
    meets_deadline: bool
    worth: Worth
    finish: datetime
    steps: tuple[Step, ...]
    pace: Pace
    money: tuple[Line, ...]
    fallback: tuple[Fallback, ...]

    @property
    def point_of_no_return(self) -> datetime | None:
        """The latest start of the first step; None where nothing presses."""
        return self.steps[0].latest_start

    def as_dict(self) -> dict[str, object]:
        """Return the route in JSON's types."""
        last = self.point_of_no_return
        return {
            "id": self.id,
            "meets_deadline": self.meets_deadline,
            "chance": round(self.worth.chance, 3),
            "finish": self.finish.isoformat(),
            "steps": [step.as_dict() for step in self.steps],
            "pace": self.pace.value,
            "point_of_no_return": last.isoformat() if last else None,
            "money": {
                "expected": round(self.worth.money),
                "lines": [{"code": line.code, "yen": line.yen, "facts": list(line.facts)} for line in self.money],
            },
            "effort": {"minutes_out": round(self.worth.out), "minutes_of_work": round(self.worth.work)},
            "fallback": [fallback.as_dict() for fallback in self.fallback],
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to one situation."""

    situation: Situation
    routes: tuple[Route, ...]
    rejected: tuple[Rejection, ...]
    stop_trying: tuple[StopOrTry, ...]
    warnings: tuple[Warn, ...]

    @property
    def point_of_no_return(self) -> datetime | None:
        """The last moment at which some route still begins in time; None where nothing presses or all is over."""
        return max((last for route in self.routes if (last := route.point_of_no_return)), default=None)

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the facts the plan rests on, each once."""
        return tuple(sorted({fact for route in self.routes for step in route.steps for fact in step.facts}))

    def as_dict(self) -> dict[str, object]:
        """Return the plan in JSON's types [design: planner contract]."""
        last = self.point_of_no_return
        return {
            "now": self.situation.now.isoformat(),
            "routes": [route.as_dict() for route in self.routes],
            "rejected": [rejection.as_dict() for rejection in self.rejected],
            "stop_trying": {answer.kind.value: answer.as_dict() for answer in self.stop_trying},
            "point_of_no_return": last.isoformat() if last else None,
            "warnings": [warning.as_dict() for warning in self.warnings],
        }


def plan(situation: Situation) -> Plan:
    """Return the ways out of a situation, the best first. Raises UsageProblem `facts.damaged` and `facts.unknown`."""
    solution = Solution(situation)
    routes = tuple(_route(solution, route) for route in solution.order)
    rejected = tuple(reject(solution, route) for route in ROUTES if route not in solution.order)
    made = Plan(situation, routes, rejected, stop_or_try(solution), ())
    warnings = (
        *_general(made),
        *other_readings(solution),
        *unknown_things(solution),
        *old_facts(solution, _used(made)),
    )
    return Plan(situation, routes, rejected, made.stop_trying, warnings)


def _used(made: Plan) -> tuple[str, ...]:
    """Return the facts of all that is said: routes with fallbacks and money, and what is ruled out."""
    used = set(made.facts)
    for route in made.routes:
        used.update(fact for line in route.money for fact in line.facts)
        used.update(fact for fallback in route.fallback for step in fallback.steps for fact in step.facts)
    used.update(fact for rejection in made.rejected for fact in rejection.reason.facts)
    return tuple(sorted(used))


def _general(made: Plan) -> Iterator[Warn]:
    if not any(route.meets_deadline for route in made.routes):
        yield Warn("nothing-in-time")
    elif made.routes[0].pace is Pace.TYPICAL:
        yield Warn("tight", {"id": made.routes[0].id})
    if made.situation.filing.kind is ReturnKind.REFUND:
        yield Warn("refund", facts=("refund-window",))


def _route(solution: Solution, route: str) -> Route:
    pace, _ = solution.shown(route)
    made = solution.steps(route)
    return Route(
        id=route,
        meets_deadline=route != LATE,
        worth=solution.worth(route),
        finish=solution.finish(route),
        steps=made,
        pace=pace,
        money=solution.lines(route),
        fallback=tuple(_fallbacks(solution, route, made)),
    )


def _fallbacks(solution: Solution, route: str, made: tuple[Step, ...]) -> Iterator[Fallback]:
    pace, value = solution.shown(route)
    world = solution.worlds[pace]
    chance_steps = iter([index for index, step in enumerate(made) if step.chance is not None])
    while value.first is not None:
        move, then = value.first
        if move.outcomes[0][0] < 1:
            index = next(chance_steps)
            for (odds, state), onward in zip(move.outcomes[1:], then[1:], strict=True):
                line = good_line(onward) if onward else ()
                if line and state is not None:
                    cut = world.cuts[line[-1].act.cut or "etax"]
                    name = route_of(tuple(each.act.name for each in line), late=line[-1].end >= cut)
                    yield Fallback(index, odds, name, steps(world, line, move.back, state))
        following = then[0]
        if following is None:
            return
        value = following
