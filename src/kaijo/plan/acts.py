"""Acts: what can be done next, as data with one function for what it leads to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from kaijo.facts.pins import PinKind
from kaijo.plan.states import State
from kaijo.plan.windows import ALWAYS, Window

HOME = "home"
Outcome = tuple[float, State | None]
"""A chance and the state it leads to; None is a return that is filed."""


class Leg(NamedTuple):
    """A stretch of an act as a person sees it: what, where, how many minutes."""

    name: str
    place: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do. The core legs happen inside the window; those before and after lead there and back.

    `allowed` says whether a state permits it. `lead` gives the outcomes from the state and the end of the core, the
    good one first. `not_before` (from
    the state and now) and `not_after` bound the core. `cut` names the deadline that a filing act is held to,
    `electronic` whether it counts as e-Tax, `prepared` whether the return must be finished first. `effort` is
    (minutes out of the house, minutes of work). `facts` are the rows it rests on.
    """

    name: str
    core: tuple[Leg, ...]
    lead: Callable[[State, int], tuple[Outcome, ...]]
    allowed: Callable[[State], bool]
    facts: tuple[str, ...]
    kind: PinKind | None = None
    before: tuple[Leg, ...] = ()
    after: tuple[Leg, ...] = ()
    window: Window = ALWAYS
    not_before: Callable[[State, int], int] | None = None
    not_after: Callable[[State], int] | None = None
    cut: str | None = None
    electronic: bool = True
    prepared: bool = False
    effort: tuple[int, int] = (0, 0)
    leads_to: str | None = None
    ripens: Callable[[int], int] | None = None
    going: int = field(init=False)
    doing: int = field(init=False)
    returning: int = field(init=False)

    def __post_init__(self) -> None:
        for name, legs in (("going", self.before), ("doing", self.core), ("returning", self.after)):
            object.__setattr__(self, name, sum(leg.minutes for leg in legs))


class Move(NamedTuple):
    """An act done at a time: when it leaves, when its core starts and ends, and when one is back.

    `left` is the work that the return still needs then.
    """

    act: Act
    leave: int
    start: int
    end: int
    back: int
    left: int
    outcomes: tuple[Outcome, ...]


def move(act: Act, state: State, now: int) -> Move | None:
    """Return the act done as early as it can be from `now` on, or None where window, life or luck forbid it.

    The return is worked on while one waits; what is left of it comes before an act that needs it finished.
    """
    free = now + state.work if act.prepared else now
    arrive = free + act.going
    if act.not_before:
        arrive = max(arrive, act.not_before(state, now))
    fit = act.window.earliest(arrive, act.doing)
    if fit is None:
        return None
    start, end = fit
    if act.not_after and end > act.not_after(state):
        return None
    leave = start - act.going
    left = 0 if act.prepared else max(0, state.work - (leave - now))
    outcomes = act.lead(state if left == state.work else state._replace(work=left), end)
    if outcomes[0][0] <= 0:
        return None
    if outcomes[-1][0] <= 0:
        outcomes = outcomes[:-1]
    return Move(act, leave, start, end, end + act.returning, left, outcomes)
