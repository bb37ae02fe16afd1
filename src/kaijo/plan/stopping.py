"""Stop or try: whether one more entry of a PIN is worth it, and from which confidence on, by the same search."""

from dataclasses import dataclass

from kaijo.facts.pins import PinKind
from kaijo.plan.routes import Solution
from kaijo.plan.rules import Pace
from kaijo.plan.situation import Memory
from kaijo.plan.states import ABSENT, CARD_KINDS, FORGOTTEN, KNOWN, LOCKED

_NOISE = 1e-9
Measures = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class StopOrTry:
    """The answer for one PIN. `break_even` is the confidence from which one more entry is worth it; 1 is never.

    `costs_nothing` says that a miss would leave chance, money and the ways outside as they are. `because` completes
    a code of the catalogue; `tries_left` is None where nobody looked.
    """

    kind: PinKind
    stop: bool
    break_even: float
    costs_nothing: bool
    because: str
    tries_left: int | None

    @property
    def code(self) -> str:
        """The catalogue's code of the reason."""
        return f"plan.stop.{self.because}"

    def as_dict(self) -> dict[str, object]:
        """Return the answer in JSON's types."""
        return {
            "stop": self.stop,
            "break_even": round(self.break_even, 3),
            "costs_nothing": self.costs_nothing,
            "because": self.code,
            "tries_left": self.tries_left,
        }


def stop_or_try(solution: Solution) -> tuple[StopOrTry, ...]:
    """Return the answer for each of the card's two PINs that this card has."""
    start = solution.worlds[Pace.TYPICAL].start
    return tuple(_answer(solution, kind) for kind in CARD_KINDS if start.pin(kind) != ABSENT)


def _answer(solution: Solution, kind: PinKind) -> StopOrTry:
    world = solution.worlds[Pace.TYPICAL]
    pin, stand = solution.situation.pin(kind), world.start.pin(kind)
    if stand == LOCKED:
        return StopOrTry(kind, True, 1.0, False, "locked", 0)
    if stand == KNOWN:
        return StopOrTry(kind, False, 0.0, False, "known", pin.tries_left)
    stopped, right, missed = (_measures(solution, kind, how) for how in ("stop", "right", "miss"))
    even = break_even(right, missed, stopped)
    free = all(miss >= stop - _NOISE for miss, stop in zip(missed[:3], stopped[:3], strict=True)) and even < 1
    unsure = pin.memory is Memory.UNSURE
    confidence = solution.mean_confidence(kind) if unsure else 0.0
    if even >= 1:
        because = "no-use"
    elif not unsure:
        because = "forgotten"
    elif not world.entries(kind):
        because = "last-try"
    else:
        because = "worth-it" if confidence >= even else "too-risky"
    return StopOrTry(kind, because != "worth-it", even, free, because, pin.tries_left)


def break_even(right: Measures, missed: Measures, stopped: Measures) -> float:
    """Return the least confidence with which trying is no worse than stopping; 1 where it never is.

    Each argument has the measures in order of weight, the greater the better: after a right entry, after a miss, and
    without one. The worth of trying lies on the straight line between the first two.
    """
    for good, bad, stop in zip(right, missed, stopped, strict=True):
        if abs(bad - stop) <= _NOISE and abs(good - stop) <= _NOISE:
            continue
        if bad >= stop - _NOISE:
            return 0.0 if good >= stop - _NOISE else 1.0
        return min(1.0, (stop - bad) / (good - bad)) if good > stop else 1.0
    return 1.0


def _measures(solution: Solution, kind: PinKind, how: str) -> Measures:
    """Return the mean over both paces of going on freely: without an entry, after a right one, after a miss."""
    found: list[Measures] = []
    for pace, world in solution.worlds.items():
        start, now = world.start, world.now
        left = world.tries_left(kind) - (how == "miss")
        stand = KNOWN if how == "right" else FORGOTTEN if left > 0 else LOCKED
        spent = 0 if how == "stop" else world.minutes("try-pin")
        state = start.with_pin(kind, stand)
        value = solution.searches[pace].free(state, now + spent)
        found.append((value.chance, value.money, value.out, value.work - spent))
    return tuple(sum(measure) / len(found) for measure in zip(*found, strict=True))
