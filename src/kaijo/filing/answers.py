"""Errors as answers of the practice desk, and what surrounds every request."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaijo.errors import CardTrouble, KaijoError, ServiceTrouble, UsageProblem
from kaijo.facts.desk import largest_return
from kaijo.filing.models import ErrorAnswer
from kaijo.wire.answers import bad_request, body_of, http_problem, internal
from kaijo.wire.bodies import given_again, read_body

_BY_CODE: Final = {
    "filing.not-signed-in": 401,
    "service.not-found": 404,
    "service.method-not-allowed": 405,
    "service.body-too-large": 413,
    "service.internal": 500,
}
BODY_LIMIT: Final = 4 * largest_return()
PRACTICE_HEADER: Final = "X-Kaijo-Practice"
ERROR_ANSWERS: Final[Mapping[int | str, dict[str, Any]]] = {
    status: {"model": ErrorAnswer, "description": text}
    for status, text in {
        401: "ログインしていません · Not signed in",
        409: "受け付けられません。理由と次の行き先つき · Refused, with why and the way on",
        413: "大きすぎます · Too large",
        422: "形式が違います · Not of the agreed form",
        500: "内部の異常 · Internal fault",
        503: "いまは処理できません · Not able to serve now",
    }.items()
}


def answer_of(error: KaijoError) -> JSONResponse:
    """Return the whole answer, with the practice mark."""
    return JSONResponse({"practice": True, **body_of(error)}, status_code=_status(error))


def on_kaijo_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer one of our errors."""
    return answer_of(error if isinstance(error, KaijoError) else internal())


async def on_bad_request(_request: Request, error: Exception) -> JSONResponse:
    """Answer a request that is not of the agreed form, naming the fields but never what was in them."""
    return answer_of(bad_request(error))


async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer a path or method that does not exist."""
    return answer_of(http_problem(error))


class Envelope:
    """ASGI middleware: a bound on the body, the practice mark on every answer, no caching, and a last word."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"], headers[PRACTICE_HEADER] = "no-store", "true"
            await send(message)

        try:
            body = await read_body(scope, receive, limit=BODY_LIMIT)
        except UsageProblem as problem:
            await answer_of(problem)(scope, receive, marked)
        else:
            await self._app(scope, given_again(body, receive), marked)


def _status(error: KaijoError) -> int:
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    if isinstance(error, UsageProblem):
        return 422
    return 503 if isinstance(error, ServiceTrouble | CardTrouble) else 409
