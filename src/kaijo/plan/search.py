"""The exact search: AND over what may happen, OR over what can be done, from a state at a minute.

A route's good line keeps to the acts of its kind; after a chance act that fails it may go on by any act.
Policies of one route compare by chance, then money, then effort, then finish. Each is an expectation or that of the
good line, so the best policy is made of best policies, and every state at a minute is looked at once.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from kaijo.plan.acts import Act, Move, move
from kaijo.plan.acts_card import card_acts
from kaijo.plan.acts_filing import filing_acts
from kaijo.plan.bounds import Bound, Bounds, beginning
from kaijo.plan.states import State
from kaijo.plan.world import NEVER, PLANNED_AFTER, World

FREE = "free"
LATE = "late-filing"
NOW = "etax-now"
_REMEMBER = ("look-for-slip", "try-pin")
MODES: Mapping[str, frozenset[str]] = {
    NOW: frozenset({*_REMEMBER, "etax-send"}),
    "kiosk-etax": frozenset({*_REMEMBER, "reserve", "kiosk"}),
    "counter-etax": frozenset({"counter", "counter-renewal", "counter-first-visit", "counter-second-visit"}),
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


def better(mine: Value | Bound, than: Value) -> bool:
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
        filings = tuple(filing_acts(world))
        acts = (*filings, *card_acts(world))
        self.acts = {mode: tuple(act for act in acts if act.name in names) for mode, names in MODES.items()}
        self.acts[FREE] = acts
        self._known: dict[tuple[str, State, int], Value | None] = {}
        self._bounds = Bounds(world, acts)
        self._yen = world.losses.yen
        self._end = world.last_day

    @cached_property
    def _giving_up(self) -> Value:
        """Never to file: as if late on the last day planned for, and as if out of the house for all that time."""
        lost = self._yen(self._end, electronic=False, late=True)
        return Value(0.0, float(-lost), float(-PLANNED_AFTER), 0.0, float(-self._end), None)

    def free(self, state: State, now: int) -> Value:
        """Return the best policy by any route; to give up only where nothing that is done leads to filing."""
        found = self.best(FREE, state, now)
        return self._giving_up if found is None or better(self._giving_up, found) else found

    def best(self, mode: str, state: State, now: int) -> Value | None:
        """Return the best policy of a route from here on, or None where it has none."""
        key = (mode, state, now)
        if key in self._known:
            return self._known[key]
        found = None
        if now < self._end:
            most = self._bounds.at_most(state.work, now)
            for act in self.acts[mode]:
                if act.allowed(state) and (found is None or better(beginning(act, most), found)):
                    value = self._policy(mode, act, state, now, found)
                    if value is not None and (found is None or better(value, found)):
                        found = value
        self._known[key] = found
        return found

    def _policy(self, mode: str, act: Act, state: State, now: int, found: Value | None) -> Value | None:
        """Return the best policy that begins with this act; None where there is none, or none can beat `found`."""
        made = move(act, state, now)
        cut = self._world.cuts[act.cut] if act.cut else NEVER
        if made is None or (made.end >= cut and mode != FREE):
            return None
        chance = money = finish = 0.0
        out, work = float(-act.effort[0]), float(made.left - state.work - act.effort[1])
        then: list[Value | None] = []
        most, rest = self._bounds.at_most(made.left, made.back), 1.0
        for odds, after in made.outcomes:
            if after is None:
                late = made.end >= cut
                chance += 0.0 if late else odds
                money -= odds * self._yen(made.end, electronic=act.electronic, late=late)
                finish = float(-made.end)
                then.append(None)
                rest -= odds
                continue
            if found is not None:
                hope = Bound(
                    chance + rest * most.chance,
                    money + rest * most.money,
                    out + rest * most.out,
                    work + rest * most.work,
                    finish if then else most.finish,
                )
                if not better(hope, found):
                    return None
            value = self._after(mode, act, after, made.back, failed=bool(then))
            if value is None:
                return None
            chance += odds * value.chance
            money += odds * value.money
            out += odds * value.out
            work += odds * value.work
            finish = finish if then else value.finish
            then.append(value)
            rest -= odds
        return Value(chance, money, out, work, finish, Choice(made, tuple(then)))

    def _after(self, mode: str, act: Act, state: State, now: int, *, failed: bool) -> Value | None:
        """Return how it goes on: on the route while all goes well, by any act after a failure."""
        if failed or mode == FREE:
            return self.free(state, now)
        return self.best(act.leads_to or mode, state, now)
