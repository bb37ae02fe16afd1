"""How long a dialogue takes over the air."""

from collections.abc import Callable
from dataclasses import dataclass

from kaijo.card.link import Link
from kaijo.virtualcard.faults import Around


@dataclass(frozen=True, slots=True)
class LinkProfile:
    """What a command costs: a fixed part, and a part for each byte of command and answer, in microseconds."""

    per_command: int
    per_byte: int


CONTACTLESS_106 = LinkProfile(per_command=4_000, per_byte=100)  # 106 kbit/s, rounded up [design: virtual card]


class TimedLink(Around):
    """A link that accounts the time its dialogue takes, and takes it only when given something to `sleep` with.

    `sleep` gets seconds. `apdus`, `bytes` and `milliseconds` count from the beginning.
    """

    def __init__(
        self, inner: Link, *, profile: LinkProfile = CONTACTLESS_106, sleep: Callable[[float], None] | None = None
    ) -> None:
        super().__init__(inner)
        self._profile = profile
        self._sleep = sleep
        self.apdus = 0
        self.bytes = 0

    @property
    def milliseconds(self) -> float:
        """The time on the air so far."""
        return (self.apdus * self._profile.per_command + self.bytes * self._profile.per_byte) / 1_000

    def transmit(self, command: bytes) -> bytes:
        """Hand the command on and count it, also when no answer comes. Raises as the link inside."""
        response = b""
        try:
            response = super().transmit(command)
        finally:
            self._count(len(command) + len(response))
        return response

    def _count(self, size: int) -> None:
        self.apdus += 1
        self.bytes += size
        if self._sleep is not None:
            self._sleep((self._profile.per_command + size * self._profile.per_byte) / 1_000_000)
