"""Counting what goes over a link."""

from collections.abc import Callable
from time import perf_counter

from kaijo.card.link import Link


class Meter:
    """A link that counts: commands, bytes both ways, and milliseconds spent waiting for the card."""

    def __init__(self, link: Link, timer: Callable[[], float] = perf_counter) -> None:
        self._link = link
        self._timer = timer
        self.apdus = 0
        self.bytes = 0
        self.milliseconds = 0.0

    @property
    def place(self) -> str:
        """Where the card lies."""
        return self._link.place

    def transmit(self, command: bytes) -> bytes:
        """Pass the command on and count it. Raises what the link raises."""
        began = self._timer()
        self.apdus += 1
        self.bytes += len(command)
        try:
            answer = self._link.transmit(command)
        finally:
            self.milliseconds += (self._timer() - began) * 1000
        self.bytes += len(answer)
        return answer

    def power_cycle(self) -> None:
        """Power-cycle the card below."""
        self._link.power_cycle()

    def close(self) -> None:
        """Close the link below."""
        self._link.close()
