"""Challenges and sign-ins: in memory, bounded, gone with the process. Whoever was signed in signs in again."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Generic, Protocol, TypeVar

from kaijo.clock import Clock


class _Ending(Protocol):
    @property
    def expires_at(self) -> datetime: ...


T = TypeVar("T", bound=_Ending)
_MOST = 4096  # the oldest makes room


class Remembered(Generic[T]):
    """Things by a key that nobody can guess, until their time is over."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._held: OrderedDict[str, T] = OrderedDict()

    def keep(self, key: str, value: T) -> None:
        """Remember a value."""
        with self._lock:
            self._held[key] = value
            while len(self._held) > _MOST:
                self._held.popitem(last=False)

    def look(self, key: str) -> T | None:
        """Return what is remembered, None when nothing is or its time is over."""
        with self._lock:
            found = self._held.get(key)
        return found if found is not None and self._clock.now() < found.expires_at else None

    def take(self, key: str) -> T | None:
        """Return what is remembered, once."""
        with self._lock:
            found = self._held.pop(key, None)
        return found if found is not None and self._clock.now() < found.expires_at else None
