"""From a policy's good line to steps with start, end and latest start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from kaijo.facts.pins import PinKind
from kaijo.plan.acts import HOME, Act, Move
from kaijo.plan.search import Value
from kaijo.plan.states import State
from kaijo.plan.windows import ALWAYS, Window, moment_of
from kaijo.plan.world import NEVER, World

FINISH_RETURN = "finish-return"


@dataclass(frozen=True, slots=True)
class Step:
    """One timed stretch of a route. Times are in JST; `latest_start` is None where nothing presses any more.

    `chance` is how likely a chance act goes well, None for an act that has no chance in it.
    """

    act: str
    place: str
    start: datetime
    end: datetime
    latest_start: datetime | None
    facts: tuple[str, ...]
    kind: PinKind | None = None
    chance: float | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the step in JSON's types."""
        return {
            "act": self.act,
            "place": self.place,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "latest_start": self.latest_start.isoformat() if self.latest_start else None,
            "facts": list(self.facts),
            "kind": self.kind.value if self.kind else None,
            "chance": None if self.chance is None else round(self.chance, 3),
        }


@dataclass(slots=True)
class _Part:
    """A leg on its way to becoming a step. `core` marks the first leg of an act's core, which its window bounds."""

    act: Act | None
    name: str
    place: str
    start: int
    end: int
    core: bool = False
    doing: bool = False
    odds: float | None = None
    latest: int | None = None

    @property
    def minutes(self) -> int:
        return self.end - self.start


def good_line(value: Value) -> tuple[Move, ...]:
    """Return the moves of the line on which every chance act goes well."""
    moves = []
    at: Value | None = value
    while at is not None and at.first is not None:
        moves.append(at.first.move)
        at = at.first.then[0]
    return tuple(moves)


def steps(world: World, moves: tuple[Move, ...], now: int, state: State) -> tuple[Step, ...]:
    """Return the timed steps of a line that begins at `now` in `state`."""
    parts = list(_forward(moves, now, state.work))
    filing = moves[-1]
    cut = world.cuts[filing.act.cut] if filing.act.cut else NEVER
    if filing.end < cut:
        _backward(parts, cut - 1, _ends(world, moves, state))
    return tuple(
        Step(
            act=part.name,
            place=part.place,
            start=moment_of(part.start),
            end=moment_of(part.end),
            latest_start=None if part.latest is None else moment_of(part.latest),
            facts=part.act.facts if part.act and part.doing else (),
            kind=part.act.kind if part.act and part.doing else None,
            chance=part.odds,
        )
        for part in parts
    )


def _forward(moves: tuple[Move, ...], now: int, work: int) -> Iterator[_Part]:
    for done in moves:
        act, left = done.act, 0 if done.act.prepared else work
        idle = done.leave - now
        share = work if act.prepared else min(left, idle)
        if share:
            yield _Part(None, FINISH_RETURN, HOME, now, now + share)
        work -= share
        now = done.leave
        for leg in act.before:
            yield _Part(act, leg.name, leg.place, now, now + leg.minutes)
            now += leg.minutes
        odds = done.outcomes[0][0]
        for leg in act.core:
            last = leg is act.core[-1]
            end = done.end if last else now + leg.minutes
            yield _Part(
                act, leg.name, leg.place, now, end,
                core=leg is act.core[0], doing=True, odds=odds if last and odds < 1 else None,
            )  # fmt: skip
            now = end
        for leg in act.after:
            yield _Part(act, leg.name, leg.place, now, now + leg.minutes)
            now += leg.minutes


def _ends(world: World, moves: tuple[Move, ...], state: State) -> Mapping[str, int]:
    """Return by when the acts that need a living certificate, or a living reservation, must be done."""
    renewed = any(after is not None and after.renewed for done in moves for _, after in done.outcomes[:1])
    alive = NEVER if renewed or state.renewed else world.alive_until
    made = [done.end + world.rules.reservation_life for done in moves if done.act.name == "reserve"]
    until = made[-1] if made else state.until
    return {"kiosk": min(alive, until), **dict.fromkeys(("reserve", "etax-send", "phone-certificate-send"), alive)}


def _backward(parts: list[_Part], limit: int, ends: Mapping[str, int]) -> None:
    """Fill in the latest starts. `limit` is by when all is over, `ends` by when single acts are."""
    following = NEVER
    index = len(parts) - 1
    while index >= 0:
        part = parts[index]
        if not part.doing or part.act is None:
            limit = part.latest = limit - part.minutes
            index -= 1
            continue
        act = part.act
        if act.ripens and following < NEVER:
            limit = min(limit, act.ripens(following))
        limit = min(limit, ends.get(act.name, NEVER))
        core = [each for each in parts[: index + 1] if each.act is act and each.doing]
        first = _latest(act.window, limit, act.doing)
        shift = (first if first is not None else core[0].start) - core[0].start
        for each in core:
            each.latest = each.start + shift
        following = limit = core[0].start + shift
        index -= len(core)


def _latest(window: Window, end: int, minutes: int) -> int | None:
    return end - minutes if window is ALWAYS else window.latest(end, minutes)
