"""How good the link to a card is: measured with commands that need no PIN and ask about none."""

import statistics
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, unique
from typing import Protocol

from kaijo.card.apdu import SHORT_LE, Command, Ins
from kaijo.card.files import Application, Jpki
from kaijo.card.guard import Guard
from kaijo.card.link import Link, LinkFacts
from kaijo.clock import Clock
from kaijo.errors import CardTrouble
from kaijo.facts.link import link_limits, link_return

# What a weak field does to one command. Everything else (no service, reader taken) is not the field's fault.
_MISSED = frozenset(("reader.noise", "card.malformed-answer"))
_REMOVED = frozenset(("card.removed", "card.was-reset", "card.unpowered"))
_LONG_READ, _STEP = 1024, 32


class MeteredLink(Link, Protocol):
    """A link that counts bytes both ways and the milliseconds spent waiting for the card."""

    @property
    def bytes(self) -> int:
        """Bytes both ways so far."""
        ...

    @property
    def milliseconds(self) -> float:
        """Time spent waiting so far."""
        ...


@dataclass(frozen=True, slots=True)
class Laid:
    """A card that was laid down: its link, and what the link tells of itself."""

    link: MeteredLink
    facts: LinkFacts


Lay = Callable[[timedelta], Laid]
"""Gives the card, waiting so long for it. Raises what opening a link raises."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long answers took, in milliseconds: the fastest, the three quartiles, the slowest."""

    min: float
    q1: float
    median: float
    q3: float
    max: float


def spread(times: Sequence[float]) -> Spread | None:
    """Return the spread of `times`, quartiles interpolated between neighbours; None for no times at all."""
    if not times:
        return None
    q1, median, q3 = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else 3 * [times[0]]
    return Spread(min(times), q1, median, q3, max(times))


@unique
class Quality(Enum):
    """The verdict on a link."""

    GOOD = "good"
    SHAKY = "shaky"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement at one place. Of `commands` sent, `errors` got no answer.

    `removed` of these are cards that left the field; `repowered` counts how often it was powered or taken anew and
    went on. `rounds` were finished. `times` is None when nothing was answered.
    """

    place: str
    facts: LinkFacts
    commands: int
    errors: int
    removed: int
    repowered: int
    rounds: int
    bytes_per_second: int
    times: Spread | None

    @property
    def error_rate(self) -> float:
        """The share of commands without an answer, 0 to 1."""
        return self.errors / self.commands

    @property
    def slow(self) -> bool:
        """True when a quarter of the answers is slower than [fact: link-limits] allows."""
        return self.times is not None and self.times.q3 > link_limits().slow_milliseconds

    @property
    def quality(self) -> Quality:
        """The verdict [fact: link-limits]."""
        limits, per_thousand = link_limits(), 1000 * self.error_rate
        if per_thousand > limits.unusable_per_thousand:
            return Quality.UNUSABLE
        if per_thousand > limits.good_per_thousand or self.slow:
            return Quality.SHAKY
        return Quality.GOOD


@dataclass(frozen=True, slots=True)
class _Step:
    """A command, and what must be selected again before it when the card has lost its power."""

    command: Command
    after: tuple["_Step", ...] = ()


def _read(offset: int, size: int) -> _Step:
    return _Step(Command(0x00, Ins.READ_BINARY, offset >> 8, offset & 0xFF, le=size), (_SELECT, _OPEN))


_SELECT = _Step(Command(0x00, Ins.SELECT, 0x04, 0x0C, Application.JPKI.value))
# The authority's certificate: long, free to read, and the same on the cards of thousands.
_OPEN = _Step(Command(0x00, Ins.SELECT, 0x02, 0x0C, Jpki.AUTHENTICATION_CA_CERTIFICATE.to_bytes(2)), (_SELECT,))
_ROUND = (
    _SELECT,
    _Step(Command(0x00, Ins.READ_BINARY, 0x80 | Jpki.TOKEN_INFO, 0, le=32), (_SELECT,)),
    _OPEN,
    *(_read(offset, SHORT_LE) for offset in range(0, _LONG_READ, SHORT_LE)),
    *(_read(offset, _STEP) for offset in range(0, _LONG_READ, _STEP)),
)


def measure(
    lay: Lay,
    clock: Clock,
    *,
    rounds: int,
    wait: timedelta = timedelta(),
    progress: Callable[[float], None] = lambda _share: None,
) -> Measurement:
    """Measure the link to the card that `lay` gives, with as many commands as `rounds` undisturbed rounds have.

    A command without an answer is sent again: all of them only read. When the card cannot be powered anew, `lay` is
    asked for it again. It is waited for `wait` at first, [fact: link-return] afterwards. `progress` gets the share
    done, 0 to 1. The link is closed at the end, whatever happens. Raises CardTrouble `card.no-application` for a
    card without the JPKI application, and what `lay` and the link raise when card or reader stays away.
    """
    return _Run(lay, clock, wait).measure(rounds, progress)


class _Run:
    def __init__(self, lay: Lay, clock: Clock, wait: timedelta) -> None:
        self._lay = lay
        self._clock = clock
        self._bytes = self._errors = self._removed = self._repowered = 0
        self._milliseconds = 0.0
        self._times: list[float] = []
        self._take(wait)

    def measure(self, rounds: int, progress: Callable[[float], None]) -> Measurement:
        place, facts = self._guard.place, self._laid.facts
        commands, finished = rounds * len(_ROUND), 0
        todo: deque[_Step] = deque()
        try:
            for sent in range(1, commands + 1):
                if not todo:
                    todo.extend(_ROUND)
                step = todo[0]
                trouble = self._send(step)
                if trouble is None:
                    todo.popleft()
                    finished += not todo
                elif trouble in _REMOVED:
                    self._repower()
                    todo.extendleft(reversed(step.after))
                progress(sent / commands)
        finally:
            self._let_go()
        return Measurement(
            place=place,
            facts=facts,
            commands=commands,
            errors=self._errors,
            removed=self._removed,
            repowered=self._repowered,
            rounds=finished,
            bytes_per_second=round(1000 * self._bytes / self._milliseconds) if self._milliseconds else 0,
            times=spread(self._times),
        )

    def _send(self, step: _Step) -> str | None:
        """Send a command and return None for an answer, or what came instead of one."""
        before = self._laid.link.milliseconds
        try:
            answer = self._guard.transmit(step.command)
        except CardTrouble as trouble:
            if trouble.code not in _MISSED | _REMOVED:
                raise
            self._errors += 1
            self._removed += trouble.code in _REMOVED
            return trouble.code
        if step is _SELECT and answer.sw != 0x9000:
            raise CardTrouble("card.no-application", application="application.jpki")
        self._times.append(self._laid.link.milliseconds - before)
        return None

    def _repower(self) -> None:
        try:
            self._guard.power_cycle()
        except CardTrouble:
            self._let_go()
            self._take(link_return())
        self._repowered += 1

    def _take(self, wait: timedelta) -> None:
        self._laid = self._lay(wait)
        self._guard = Guard(self._laid.link, self._clock)

    def _let_go(self) -> None:
        self._guard.close()
        self._bytes += self._laid.link.bytes
        self._milliseconds += self._laid.link.milliseconds
