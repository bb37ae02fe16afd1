"""Errors as answers: one table from our error tree to HTTP."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from fastapi.responses import JSONResponse
from starlette.requests import Request

from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, ServiceTrouble, UsageProblem
from kaijo.service.models import ErrorAnswer
from kaijo.service.telemetry.context import answered_with
from kaijo.wire.answers import bad_request, body_of, http_problem

_UNKNOWN: Final = frozenset(
    {
        "terminal.required",
        "terminal.unknown",
        "terminal.revoked",
        "terminal.wrong-place",
        "terminal.clock",
        "terminal.replayed",
    }
)
_NOT_FOUND: Final = frozenset({"reset.unknown-session", "service.not-found"})
_BY_CODE: Final = {
    **dict.fromkeys(_UNKNOWN, 401),
    **dict.fromkeys(_NOT_FOUND, 404),
    "service.method-not-allowed": 405,
    "service.body-too-large": 413,
    "service.internal": 500,
}
_BY_CLASS: Final[tuple[tuple[type[KaijoError], int], ...]] = (
    (UsageProblem, 422),
    (ServiceTrouble, 503),
    (Refused, 409),
    (CardTrouble, 409),
    (GuardRefused, 409),
)
ERROR_ANSWERS: Final[Mapping[int | str, dict[str, Any]]] = {
    401: {"model": ErrorAnswer, "description": "登録された端末からではありません · Not from an enrolled terminal"},
    404: {"model": ErrorAnswer, "description": "その受付はありません · There is no such session"},
    409: {
        "model": ErrorAnswer,
        "description": "受け付けられません。理由と次の行き先つき · Refused, with why and the way on",
    },
    413: {"model": ErrorAnswer, "description": "大きすぎます · Too large"},
    422: {"model": ErrorAnswer, "description": "形式が違います · Not of the agreed form"},
    429: {
        "model": ErrorAnswer,
        "description": "しばらくお待ちください。戻る時刻つき · Too often; with the time to come back",
    },
    500: {"model": ErrorAnswer, "description": "内部の異常 · Internal fault"},
    503: {"model": ErrorAnswer, "description": "いまは処理できません · Not able to serve now"},
}


def status_of(error: KaijoError) -> int:
    """Return the HTTP status that says what kind of failure it is."""
    if "retry_at" in error.data:  # every limit says when to come back, and nothing else does
        return 429
    by_class = next((status for kind, status in _BY_CLASS if isinstance(error, kind)), 500)
    return _BY_CODE.get(error.code, by_class)


def answer_of(error: KaijoError) -> JSONResponse:
    """Return the whole answer, and note its code for log and figures."""
    answered_with(error.code)
    return JSONResponse(body_of(error), status_code=status_of(error), headers=_headers(error))


def _headers(error: KaijoError) -> dict[str, str]:
    retry_at = error.data.get("retry_at")
    if isinstance(retry_at, datetime):
        whole = retry_at.astimezone(UTC) + timedelta(seconds=1, microseconds=-1)  # never a moment too early
        return {"Retry-After": format_datetime(whole.replace(microsecond=0), usegmt=True)}
    return {"WWW-Authenticate": "Kaijo-Terminal"} if error.code in _UNKNOWN else {}


async def on_bad_request(_request: Request, error: Exception) -> JSONResponse:
    """Answer a request that is not of the agreed form, naming the fields but never what was in them."""
    return answer_of(bad_request(error))


async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer a path or method that does not exist."""
    return answer_of(http_problem(error))
