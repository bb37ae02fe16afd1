"""Counting what the service refuses, by cause, for the operations page."""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock

from fastapi.responses import JSONResponse
from starlette.requests import Request

from kaijo.clock import Clock
from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.limits import refusal_rows
from kaijo.reset.again import again
from kaijo.reset.desk import Desk
from kaijo.reset.limits import Marks, spend
from kaijo.reset.operations import count_refusal
from kaijo.service.answers import answer_of
from kaijo.wire.answers import internal


def counting(desk: Desk) -> Callable[[Request, Exception], JSONResponse]:
    """Return what answers one of our errors, as a blocking call, and counts it if it is a refusal."""
    tally = Tally(desk.clock)

    def on_kaijo_error(_request: Request, error: Exception) -> JSONResponse:
        left_out = tally.take(error.code) if isinstance(error, Refused) else None
        if isinstance(error, Refused) and left_out is not None:
            # Whoever is refused hears why, also from a store that cannot count at the moment.
            with suppress(ServiceTrouble):
                again(partial(count_refusal, desk, error.code, left_out))
        return answer_of(error if isinstance(error, KaijoError) else internal())

    return on_kaijo_error


class Tally:
    """Which refusals of one process get a row of their own, so that a flood does not fill the trail."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._marks: defaultdict[str, Marks] = defaultdict(dict)
        self._left_out: Counter[str] = Counter()

    def take(self, code: str) -> int | None:
        """Return how many of this cause were left out before this one, which gets a row; None when it is left out."""
        with self._lock:
            self._marks[code], until = spend(refusal_rows(), self._marks[code], self._clock.now())
            if until is None:
                return self._left_out.pop(code, 0)
            self._left_out[code] += 1
            return None
