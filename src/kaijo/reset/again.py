"""Doing a whole verb again when the store did not let it through. Every verb may be repeated, so this is safe."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final, TypeVar

from kaijo.errors import KaijoError, ServiceTrouble
from kaijo.facts.database import store_repeats

_AGAIN: Final = frozenset({"store.busy", "store.unsure"})
_Answer = TypeVar("_Answer")


def is_worth_repeating(error: KaijoError) -> bool:
    """Return whether the same verb may come through the next time: others were in its way, or its server was lost."""
    return isinstance(error, ServiceTrouble) and error.code in _AGAIN


def pauses(draw: Callable[[], float] = random.random) -> Iterator[timedelta]:
    """Yield how long to wait before the second try, the third, … [fact: store-repeats]; `draw` gives 0 to 1.

    Random, so that those who were in one another's way do not meet again.
    """
    repeats = store_repeats()
    longest = repeats.first
    for _ in range(repeats.tries - 1):
        yield draw() * longest
        longest = min(2 * longest, repeats.most)


def again(verb: Callable[[], _Answer]) -> _Answer:
    """Return what the verb returns, tried as often as it takes and may. Raises as the verb at its last try."""
    for pause in pauses():
        try:
            return verb()
        except ServiceTrouble as trouble:
            if not is_worth_repeating(trouble):
                raise
        time.sleep(pause.total_seconds())
    return verb()
