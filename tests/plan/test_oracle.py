"""The search against an oracle that lists every policy of a night, one by one, and picks the best at the end."""

from itertools import product
from random import Random

import pytest

from kaijo.facts.filing import ReturnKind
from kaijo.plan.acts import Act, Move, move
from kaijo.plan.acts_card import card_acts
from kaijo.plan.acts_filing import filing_acts
from kaijo.plan.parsing import parse
from kaijo.plan.rules import Pace, rules
from kaijo.plan.search import Search, Value
from kaijo.plan.states import State
from kaijo.plan.world import World

from .nights import random_night

SITUATIONS = 10_000
PARTS = 4
MOST_POLICIES = 4_000
MEMORY = ("look-for-slip", "try-pin")
SENDING = (*MEMORY, "etax-send")
# Written down here once more: the acts of a route's good line, before and after a reset.
LINES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "etax-now": (SENDING, (), ()),
    "kiosk-etax": ((*MEMORY, "reserve", "kiosk"), ("kiosk",), SENDING),
    "counter-etax": (
        ("counter", "counter-renewal", "counter-first-visit", "counter-second-visit"),
        ("counter", "counter-renewal", "counter-second-visit"),
        SENDING,
    ),
    "phone-certificate-etax": (("phone-certificate-send",), (), ()),
    "id-password": (("id-password-send",), (), ()),
    "accountant": (("accountant",), (), ()),
    "paper-post": (("post",), (), ()),
    "paper-drop-box": (("drop-box",), (), ()),
}
# chance in time, yen, minutes out, minutes of work, minute of the end: what one policy is worth, losses negative.
Worth = tuple[float, float, float, float, float]


class TooManyError(Exception):
    """The night has more policies than the oracle lists."""


class Oracle:
    """Every policy of a world, without memory, bounds or pruning."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.acts = (*card_acts(world), *filing_acts(world))
        self.listed = 0

    def policies(self, line: str | None, state: State, now: int) -> list[Worth]:
        """List what each policy is worth: along a route's line, or with None by any acts."""
        if now >= self.world.last_day:
            return []
        found: list[Worth] = []
        for act in self.acts:
            if act.allowed(state) and self._keeps_to(line, act):
                made = move(act, state, now)
                if made is not None and (line is None or act.cut is None or made.end < self.world.cuts[act.cut]):
                    found.extend(self._with(line, act, state, made))
        self.listed += len(found)
        if self.listed > MOST_POLICIES:
            raise TooManyError
        return found

    def onward(self, line: str | None, state: State, now: int) -> list[Worth]:
        found = self.policies(line, state, now)
        return found if line is not None else [*found, self.giving_up()]

    def giving_up(self) -> Worth:
        end = self.world.last_day
        lost = self.world.losses.yen(end, electronic=False, late=True)
        return 0.0, -float(lost), -31.0 * 24 * 60, 0.0, -float(end)

    def _keeps_to(self, line: str | None, act: Act) -> bool:
        if line is None:
            return True
        route, done, _ = line.partition("+")
        before, _, after = LINES[route]
        return act.name in (after if done else before)

    def _with(self, line: str | None, act: Act, state: State, made: Move) -> list[Worth]:
        turns = line is not None and act.name in LINES[line.partition("+")[0]][1]
        good = f"{line}+" if turns else line
        branches = [
            [None] if after is None else self.onward(good if not index else None, after, made.back)
            for index, (_, after) in enumerate(made.outcomes)
        ]
        return [self._sum(act, state, made, ends) for ends in product(*branches)]

    def _sum(self, act: Act, state: State, made: Move, ends: tuple[Worth | None, ...]) -> Worth:
        total = [0.0, 0.0, 0.0, 0.0]
        for (odds, _), end in zip(made.outcomes, ends, strict=True):
            worth = self._filed(act, made) if end is None else end
            for measure in range(4):
                total[measure] += odds * worth[measure]
        total[2] -= act.effort[0]
        total[3] -= act.effort[1] + state.work - made.left
        first = ends[0]
        return total[0], total[1], total[2], total[3], -float(made.end) if first is None else first[4]

    def _filed(self, act: Act, made: Move) -> Worth:
        late = act.cut is not None and made.end >= self.world.cuts[act.cut]
        lost = self.world.losses.yen(made.end, electronic=act.electronic, late=late)
        return 0.0 if late else 1.0, -float(lost), 0.0, 0.0, 0.0


def key(worth: Worth) -> tuple[float, ...]:
    return tuple(round(measure, 5) for measure in worth)


def best(policies: list[Worth]) -> tuple[float, ...] | None:
    return max((key(policy) for policy in policies), default=None)


def found(value: Value | None) -> tuple[float, ...] | None:
    return None if value is None else key((value.chance, value.money, value.out, value.work, value.finish))


def compare(world: World) -> None:
    oracle, search = Oracle(world), Search(world)
    for route in LINES:
        expected = best(oracle.policies(route, world.start, world.now))
        assert found(search.best(route, world.start, world.now)) == expected, route
    expected = best(oracle.onward(None, world.start, world.now))
    assert found(search.free(world.start, world.now)) == expected
    if world.situation.filing.kind is not ReturnKind.REFUND:
        begin = max(world.now, *world.cuts.values())
        assert found(search.free(world.start, begin)) == best(oracle.onward(None, world.start, begin))


@pytest.mark.parametrize("part", range(PARTS))
def test_search_agrees_with_every_policy_listed(part: int) -> None:
    rng = Random(f"oracle {part}")
    compared = 0
    while compared < SITUATIONS // PARTS:
        situation = parse(random_night(rng, small=True))
        world = World(situation, rules(frozenset()), rng.choice((Pace.TYPICAL, Pace.CAUTIOUS)))
        try:
            compare(world)
        except TooManyError:
            continue
        compared += 1
