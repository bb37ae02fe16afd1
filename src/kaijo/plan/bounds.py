"""What no policy from a state on can exceed, so that the search leaves hopeless acts out without losing the best."""

import math
from typing import NamedTuple

from kaijo.plan.acts import Act
from kaijo.plan.world import World


class Bound(NamedTuple):
    """Upper ends of a value's measures, each for itself."""

    chance: float
    money: float
    out: float
    work: float
    finish: float


class _Way(NamedTuple):
    """The least that a filing act takes: minutes, whether the return must be finished, efforts as in a value."""

    minutes: int
    prepared: bool
    cut: int
    electronic: bool
    out: float
    work: float


class Bounds:
    """The bounds of one world with its acts."""

    def __init__(self, world: World, acts: tuple[Act, ...]) -> None:
        self._yen = world.losses.yen
        self._known: dict[tuple[int, int], Bound] = {}
        self._ways = tuple(
            _Way(
                act.going + act.doing,
                act.prepared,
                world.cuts[act.cut],
                act.electronic,
                float(-act.effort[0]),
                float(-act.effort[1]),
            )
            for act in acts
            if act.cut
        )

    def at_most(self, work_left: int, now: int) -> Bound:
        """Return the bound of all policies from now on, with so much work left on the return.

        Whoever is sure to be in time files in time by some way; who cannot be, files late by some way or never.
        """
        found = self._known.get((work_left, now))
        if found is None:
            found = self._known[work_left, now] = self._reckon(work_left, now)
        return found

    def _reckon(self, work_left: int, now: int) -> Bound:
        chance = 0.0
        money = out = work = -math.inf
        for minutes, prepared, cut, electronic, far, labour in self._ways:
            needs = work_left if prepared else 0
            in_time = now + minutes + needs < cut
            if in_time and not chance:
                chance = 1.0
                money = out = work = -math.inf
            if in_time or not chance:
                money = max(money, float(-self._yen(now, electronic=electronic, late=not in_time)))
                out = max(out, far)
                work = max(work, labour - needs)
        return Bound(chance, money, out, work, float(-now))


def beginning(act: Act, most: Bound) -> Bound:
    """Return the bound of the policies that begin with an act, given that of all: the way of filing comes on top."""
    if act.cut:
        return Bound(most.chance, most.money, float(-act.effort[0]), most.work, most.finish)
    return Bound(most.chance, most.money, most.out - act.effort[0], most.work - act.effort[1], most.finish)
