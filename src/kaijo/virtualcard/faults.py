"""Faults for tests and rehearsals: a card that is pulled, a power cut while it writes, a noisy contactless link.

Each is a link around a link, so that they can be put around one another.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum, unique
from random import Random

from kaijo.card.link import Link
from kaijo.errors import CardTrouble
from kaijo.virtualcard.cardfile import WritePoint


class Around:
    """A link that hands everything on to the one inside."""

    def __init__(self, inner: Link) -> None:
        self._inner = inner

    @property
    def place(self) -> str:
        """Where the card lies."""
        return self._inner.place

    def transmit(self, command: bytes) -> bytes:
        """Hand the command on. Raises as the link inside."""
        return self._inner.transmit(command)

    def power_cycle(self) -> None:
        """Hand it on. Raises as the link inside."""
        self._inner.power_cycle()

    def close(self) -> None:
        """Hand it on."""
        self._inner.close()


class RemovedAt(Around):
    """A card that is pulled at command number `apdu` (from 1), after executing it or before, and stays away.

    The card itself loses its power; put another link around it to bring it back.
    """

    def __init__(self, inner: Link, *, apdu: int, executed: bool) -> None:
        super().__init__(inner)
        self._left = apdu
        self._executed = executed

    def transmit(self, command: bytes) -> bytes:
        """Hand the command on until the card goes. Raises CardTrouble `card.removed`."""
        self._left -= 1
        if self._left > 0:
            return super().transmit(command)
        if self._left == 0:
            if self._executed:
                super().transmit(command)
            super().power_cycle()
        raise CardTrouble("card.removed")

    def power_cycle(self) -> None:
        """Hand it on while the card is there. Raises CardTrouble `card.removed`."""
        if self._left <= 0:
            raise CardTrouble("card.removed")
        super().power_cycle()


class PowerCutAt:
    """The `passing` of a card file that cuts the power at write number `write` (from 1), at one of its points."""

    def __init__(self, write: int, point: WritePoint) -> None:
        self._left = write
        self._point = point

    def __call__(self, point: WritePoint) -> None:
        """Let the write go on, or raise CardTrouble `card.removed`."""
        if point is not self._point:
            return
        self._left -= 1
        if self._left == 0:
            raise CardTrouble("card.removed")


@unique
class Cause(Enum):
    """Why a contactless link is bad."""

    CASE = "case"
    RING = "ring"
    CHARGING = "charging"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How often in a thousand commands a cause strikes, and then: how often in a hundred the command was executed.

    A card that keeps its power only missed the command or its answer.
    """

    per_thousand: int
    executed_percent: int
    keeps_power: bool


# Our own estimates, not measured: they make each cause tell itself from the others.
BEHAVIOURS = {
    Cause.CASE: Behaviour(80, 0, keeps_power=True),  # the field is too weak for the card to hear every command
    Cause.RING: Behaviour(40, 0, keeps_power=False),  # metal takes the field away
    Cause.CHARGING: Behaviour(30, 100, keeps_power=True),  # noise covers the card's weak answer
    Cause.MOVED: Behaviour(50, 50, keeps_power=False),  # the hand moves at any moment
}


class NoisyLink(Around):
    """A link that suffers from `causes`, drawn with `random` so that a seed repeats a run.

    With `within`, one of them strikes at that command (from 1) if none has before: for practice, where it must.
    Raises CardTrouble `reader.noise` when the command did not reach the card and the card kept its power, and
    `card.removed` otherwise.
    """

    def __init__(self, inner: Link, causes: Collection[Cause], random: Random, *, within: int | None = None) -> None:
        super().__init__(inner)
        self._causes = [cause for cause in Cause if cause in causes]
        self._random = random
        self._quiet = within

    def transmit(self, command: bytes) -> bytes:
        """Hand the command on, unless a cause strikes. Raises as the class says."""
        due = self._quiet == 1
        self._quiet = self._quiet and self._quiet - 1
        for behaviour in map(BEHAVIOURS.__getitem__, self._causes):
            if self._random.randrange(1000) < behaviour.per_thousand or due:
                self._quiet = None
                self._strike(behaviour, command)
        return super().transmit(command)

    def _strike(self, behaviour: Behaviour, command: bytes) -> None:
        executed = self._random.randrange(100) < behaviour.executed_percent
        if executed:
            super().transmit(command)
        if not behaviour.keeps_power:
            super().power_cycle()
        raise CardTrouble("reader.noise" if behaviour.keeps_power and not executed else "card.removed")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command and its answer, None when none came. Both may hold secrets and stay out of `repr`."""

    command: bytes = field(repr=False)
    response: bytes | None = field(repr=False)


class Recorder(Around):
    """A link that keeps the whole dialogue in memory."""

    def __init__(self, inner: Link) -> None:
        super().__init__(inner)
        self.dialogue: list[Exchange] = []

    def transmit(self, command: bytes) -> bytes:
        """Hand the command on and keep both. Raises as the link inside."""
        response = None
        try:
            response = super().transmit(command)
        finally:
            self.dialogue.append(Exchange(command, response))
        return response
