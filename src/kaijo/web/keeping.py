"""What the server remembers between two pages, under keys that nobody can guess. In memory only, and never a PIN."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar

from kaijo.clock import Clock
from kaijo.errors import Refused

T = TypeVar("T")

_KEY_SIZE = 16
_MOST = 512  # more than people at one machine ever have open; the oldest makes room


@dataclass(slots=True)
class Held(Generic[T]):
    """One thing remembered. `outcome` is the page its use led to, or the refusal it ended with."""

    value: T
    until: datetime
    outcome: str | Refused | None = None
    lock: Lock = field(default_factory=Lock)


class Kept(Generic[T]):
    """Things remembered until their time is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: dict[str, Held[T]] = {}

    def keep(self, value: T, until: datetime) -> str:
        """Remember `value` until `until` and return its key."""
        key = secrets.token_hex(_KEY_SIZE)
        with self._lock:
            self._sweep()
            while len(self._held) >= _MOST:
                del self._held[next(iter(self._held))]
            self._held[key] = Held(value, until)
        return key

    def look(self, key: str) -> Held[T]:
        """Return what is remembered under `key`. Raises Refused `web.over` when nothing is, or not any more."""
        with self._lock:
            self._sweep()
            held = self._held.get(key)
        if held is None:
            raise Refused("web.over")
        return held

    def items(self) -> list[tuple[str, T]]:
        """Return what is remembered, under which key, oldest first."""
        with self._lock:
            self._sweep()
            return [(key, held.value) for key, held in self._held.items()]

    def once(self, key: str, act: Callable[[T], str]) -> str:
        """Let `act` use the value, one at a time, and return the page it leads to.

        Whoever comes again, by a second click, is told the same page or the same refusal and nothing is done twice.
        Trouble, unlike a refusal, is no answer: after it the value may be used again. Raises as `look` and `act`.
        """
        held = self.look(key)
        with held.lock:
            if held.outcome is None:
                try:
                    held.outcome = act(held.value)
                except Refused as refused:
                    held.outcome = refused
            if isinstance(held.outcome, Refused):
                raise held.outcome.with_traceback(None)
            return held.outcome

    def _sweep(self) -> None:
        now = self._clock.now()
        for key in [key for key, held in self._held.items() if held.until <= now]:
            del self._held[key]
