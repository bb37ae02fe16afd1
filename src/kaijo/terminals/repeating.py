"""Saying a request again that got no answer. A wish keeps its key over all repeats, so that it is granted once."""

import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from kaijo.errors import ServiceTrouble
from kaijo.facts.database import Repeats

_AGAIN: Final = frozenset({"store.busy", "store.unsure"})
_MOST_SILENCES: Final = 2  # a service that hangs has had a whole timeout each time
Answer = dict[str, Any]


class NoAnswerError(Exception):
    """The connection gave none. `heard`: the service may have done it all the same; `silent`: the time was over."""

    def __init__(self, *, heard: bool, silent: bool = False) -> None:
        super().__init__(heard, silent)
        self.heard = heard
        self.silent = silent


def ask_until_answered(
    ask: Callable[[], Answer], repeats: Repeats, pause: Callable[[float], None], *, url: str, wish: bool
) -> Answer:
    """Return the answer, asked for as often as it takes and may. `wish` says that it would change something.

    Raises ServiceTrouble `service.unreachable` (url) when nothing was done, `service.no-answer` (url) when that is
    not known, and as the service.
    """
    heard, silences, left = False, 0, list(_pauses(repeats))
    while True:
        try:
            return ask()
        except NoAnswerError as lost:
            heard, silences = heard or lost.heard, silences + lost.silent
            last = silences == _MOST_SILENCES
            trouble = ServiceTrouble("service.no-answer" if heard and wish else "service.unreachable", url=url)
        except ServiceTrouble as said:
            if said.code not in _AGAIN:
                raise
            last, trouble = False, said
        if last or not left:
            raise trouble from None
        pause(left.pop(0))


def _pauses(repeats: Repeats, draw: Callable[[], float] = random.random) -> Iterator[float]:
    """Yield each pause in seconds, between a half and the whole, so that not all terminals come back at once."""
    longest = repeats.first
    for _ in range(repeats.tries - 1):
        yield longest.total_seconds() * (1 + draw()) / 2
        longest = min(2 * longest, repeats.most)
