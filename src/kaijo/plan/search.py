"""The exact search: AND over what may happen, OR over what can be done, from a state at a minute.

A route's good line keeps to the acts of its kind; after a chance act that fails it may go on by any act.
Policies of one route compare by chance, then money, then effort, then finish. Each is an expectation or that of the
good line, so the best policy is made of best policies, and every state at a minute is looked at once.
"""

from collections.abc import Mapping
from typing import NamedTuple

from kaijo.plan.acts import Act, Move, move
from kaijo.plan.acts_card import card_acts
from kaijo.plan.acts_filing import filing_acts
from kaijo.plan.states import State
from kaijo.plan.world import NEVER, World, last_day

FREE = "free"
LATE = "late-filing"
NOW = "etax-now"
_REMEMBER = ("look-for-slip", "try-pin")
MODES: Mapping[str, frozenset[str]] = {
    NOW: frozenset({*_REMEMBER, "etax-send"}),
    "kiosk-etax": frozenset({*_REMEMBER, "reserve", "kiosk"}),
    "counter-etax": frozenset({"counter", "counter-first-visit", "counter-second-visit"}),
    "phone-certificate-etax": frozenset({"phone-certificate-send"}),
    "id-password": frozenset({"id-password-send"}),
    "accountant": frozenset({"accountant"}),
    "paper-post": frozenset({"post"}),
    "paper-drop-box": frozenset({"drop-box"}),
}
ROUTES = (*MODES, LATE)


_NOISE = 1e-7


class Value(NamedTuple):
    """What a policy is worth, the greater the better, measure by measure. Sums are negative so that more is better.

    `chance` of being filed in time; `money` in yen, `out` and `work` in minutes, expected; `finish` as a minute, of the
    line on which every chance act goes well. `first` is None for a policy that gives up.
    """

    chance: float
    money: float
    out: float
    work: float
    finish: float
    first: "Choice | None"


class Choice(NamedTuple):
    """The first move of a policy, and how it goes on after each outcome; None where the return is filed."""

    move: Move
    then: tuple[Value | None, ...]


def better(mine: Value, than: Value) -> bool:
    """Return whether one policy beats another of the same route; differences that are noise do not count."""
    if abs(mine.chance - than.chance) > _NOISE:
        return mine.chance > than.chance
    if abs(mine.money - than.money) > _NOISE:
        return mine.money > than.money
    if abs(mine.out - than.out) > _NOISE:
        return mine.out > than.out
    if abs(mine.work - than.work) > _NOISE:
        return mine.work > than.work
    return mine.finish > than.finish + _NOISE


class Search:
    """The best policies of one world. Answers are remembered."""

    def __init__(self, world: World) -> None:
        self._world = world
        acts = (*filing_acts(world), *card_acts(world))
        self.acts = {mode: tuple(act for act in acts if act.name in names) for mode, names in MODES.items()}
        self.acts[FREE] = self.acts[LATE] = acts
        self._known: dict[tuple[str, State, int], Value | None] = {}
        self._work = world.start().work
        self._last_cut = max(world.cuts.values())
        self._end = last_day(world)
        lost = world.loss(self._end, electronic=False, late=True)
        self._giving_up = Value(0.0, float(-lost), 0.0, 0.0, float(-self._end), None)

    def best(self, mode: str, state: State, now: int) -> Value | None:
        """Return the best policy of a route from here on, or None where it has none. FREE always has one."""
        key = (mode, state, now)
        if key in self._known:
            return self._known[key]
        found = self._giving_up if mode == FREE else None
        if now < self._end:
            chance, money = self._at_most(mode, now)
            for act in self.acts[mode]:
                if not act.allowed(state):
                    continue
                most = Value(chance, money, -act.effort[0], -act.effort[1], -now, None)
                if found is not None and not better(most, found):
                    continue
                value = self._policy(mode, act, state, now)
                if value is not None and (found is None or better(value, found)):
                    found = value
        self._known[key] = found
        return found

    def _at_most(self, mode: str, now: int) -> tuple[float, float]:
        """Return the most that any policy can have of chance and money from now on, so that the rest is left out."""
        late = mode == LATE or now >= self._last_cut
        return (0.0, float(-self._world.loss(now, electronic=True, late=True))) if late else (1.0, 0.0)

    def free(self, state: State, now: int) -> Value:
        """Return the best policy by any route, which may be to give up."""
        return self.best(FREE, state, now) or self._giving_up

    def _policy(self, mode: str, act: Act, state: State, now: int) -> Value | None:
        """Return the best policy that begins with this act."""
        cut = self._world.cuts[act.cut] if act.cut else NEVER
        made = move(act, state, now, not_before=cut if act.cut and mode == LATE else 0)
        if made is None or (made.end >= cut and mode in MODES):
            return None
        chance = money = out = work = finish = 0.0
        then: list[Value | None] = []
        for odds, after in made.outcomes:
            if after is None:
                late = made.end >= cut
                chance += 0.0 if late else odds
                money -= odds * self._world.loss(made.end, electronic=act.electronic, late=late)
                finish = -made.end
                then.append(None)
                continue
            value = self.best(_next(mode, act, failed=bool(then)), after, made.back)
            if value is None and then:
                value = self._giving_up
            if value is None:
                return None
            chance += odds * value.chance
            money += odds * value.money
            out += odds * value.out
            work += odds * value.work
            finish = finish if then else value.finish
            then.append(value)
        out -= act.effort[0]
        work -= act.effort[1] + (self._work if act.prepared else 0)
        return Value(chance, money, out, work, finish, Choice(made, tuple(then)))


def _next(mode: str, act: Act, *, failed: bool) -> str:
    """Return what may be done after an outcome: after a failure anything, but on a route that is late, nothing else."""
    if mode not in MODES:
        return mode
    return FREE if failed else act.leads_to or mode
