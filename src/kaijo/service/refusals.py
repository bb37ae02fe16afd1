"""Counting what the service refuses, by cause, for the operations page."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from fastapi.responses import JSONResponse
from starlette.requests import Request

from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.reset.again import again
from kaijo.reset.desk import Desk
from kaijo.reset.operations import count_refusal
from kaijo.service.answers import answer_of, internal


def counting(desk: Desk) -> Callable[[Request, Exception], JSONResponse]:
    """Return what answers one of our errors, as a blocking call, and counts it if it is a refusal."""

    def on_kaijo_error(_request: Request, error: Exception) -> JSONResponse:
        if isinstance(error, Refused):
            # Whoever is refused hears why, also from a store that cannot count at the moment.
            with suppress(ServiceTrouble):
                again(partial(count_refusal, desk, error.code))
        return answer_of(error if isinstance(error, KaijoError) else internal())

    return on_kaijo_error
