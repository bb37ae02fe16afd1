"""What a page says when it cannot do what was asked: what happened, why, what to do now, and where the way goes on."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kaijo.errors import CardTrouble, GuardRefused, KaijoError, Refused, ServiceTrouble, UsageProblem
from kaijo.web.security import HEADERS
from kaijo.web.site import Site

_BY_CODE = {
    "web.not-found": 404,
    "web.unknown-place": 404,
    "web.method": 405,
    "web.over": 410,
    "kiosk.over": 410,
    "web.too-large": 413,
    "web.stale-form": 403,
    "web.foreign-origin": 403,
}
_BY_CLASS: Mapping[type[KaijoError], int] = {
    Refused: 409,
    GuardRefused: 409,
    UsageProblem: 400,
    CardTrouble: 503,
    ServiceTrouble: 502,
}
_INTERNAL = 500


def status_of(error: KaijoError) -> int:
    """Return the HTTP status that goes with an error."""
    by_class = next((status for kind, status in _BY_CLASS.items() if isinstance(error, kind)), _INTERNAL)
    return _BY_CODE.get(error.code, by_class)


def failure_handlers(site: Site) -> dict[Any, Callable[[Request, Any], Response]]:
    """Return the handlers that turn every error into its page."""

    def kaijo(request: Request, error: KaijoError) -> Response:
        return site.render(request, "failure.html", status_of(error), error=error, way_on=way_on(request, site.faces))

    def http(request: Request, error: HTTPException) -> Response:
        known = {404: "web.not-found", 405: "web.method"}
        response = kaijo(request, UsageProblem(known.get(error.status_code, "web.bad-form")))
        response.headers.update(error.headers or {})
        return response

    def internal(request: Request, _error: Exception) -> Response:
        response = kaijo(request, KaijoError("web.internal"))
        response.headers.update(HEADERS)  # this one is made outside of all middleware
        return response

    return {KaijoError: kaijo, HTTPException: http, Exception: internal}


def way_on(request: Request, faces: tuple[str, ...]) -> str:
    """Return where the way goes on: the beginning of the terminal at which it broke off, else the first page."""
    face = request.url.path.split("/")[1]
    return f"/{face}" if face in faces else "/"
