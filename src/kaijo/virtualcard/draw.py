"""Choices that depend on nothing but a seed, the same on every machine and in every version of Python."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of choices from SHA-256 in counter mode. `purpose` keeps streams of one seed apart.

    Meant for invented persons, never for keys.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._stem = f"kaijo {seed} {purpose} ".encode()
        self._count = 0

    def below(self, limit: int) -> int:
        """Return a number from 0 up to `limit` - 1."""
        self._count += 1
        return int.from_bytes(hashlib.sha256(self._stem + str(self._count).encode()).digest()) % limit

    def between(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of `choices`."""
        return choices[self.below(len(choices))]

    def text(self, alphabet: str, length: int) -> str:
        """Return `length` characters of `alphabet`."""
        return "".join(self.pick(alphabet) for _ in range(length))
