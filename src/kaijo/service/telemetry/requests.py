"""What surrounds the service from outside: an id for every request, its line in the log, its place in the figures."""

import secrets
import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaijo.service.telemetry.context import Served, serving
from kaijo.service.telemetry.fields import METHODS, Event, RequestId, Route
from kaijo.service.telemetry.logs import note
from kaijo.service.telemetry.metrics import Metrics

HEADER: Final = "X-Request-Id"
NO_ROUTE: Final = Route("none")
_ID_BYTES: Final = 8
_FAILED: Final = 500


class Watched:
    """ASGI middleware. The id is ours alone, never one that a caller sent; the answer names it in `X-Request-Id`."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        served = Served(RequestId(secrets.token_hex(_ID_BYTES)))
        status = _FAILED

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)[HEADER] = served.id
            await send(message)

        token = serving.set(served)
        began = time.perf_counter()
        try:
            with self._metrics.in_flight.track_inprogress():
                await self._app(scope, receive, send_named)
        finally:
            seconds = time.perf_counter() - began
            self._tell(scope, served, status, seconds)
            serving.reset(token)

    def _tell(self, scope: Scope, served: Served, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = _route(scope)
        self._metrics.answered(method, route, status, seconds, served.code)
        note(
            Event.REQUEST,
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            code=served.code,
        )


def _route(scope: Scope) -> Route:
    """Return the template; what no route was found for has none, and its path is the caller's own text."""
    path = getattr(scope.get("route"), "path", None)
    if not isinstance(path, str):
        return NO_ROUTE
    # A router knows its own part alone; what stands before it is a prefix, and prefixes hold no ids.
    return Route("/".join(scope["path"].split("/")[: 1 - len(path.split("/")) or None]) + path)
