"""What surrounds every request: a limit on its size, no caching of its answer, and a last word when all else failed."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaijo.errors import KaijoError
from kaijo.service.answers import answer_of
from kaijo.service.telemetry.logs import note_failure
from kaijo.wire.answers import internal
from kaijo.wire.bodies import given_again, read_body

BODY_LIMIT: Final = 65_536
PICTURES_LIMIT: Final = 2_097_152
"""Where pictures come in: those of one sitting, in base64, and the card's face."""

_PICTURES: Final = "/v1/face-checks/"


class Envelope:
    """ASGI middleware. A body over its limit is refused with 413, counted as it comes in.

    What nobody foresaw is answered with `service.internal`; the log gets the kind of the failure and its place in our
    code, never a body or a message.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_uncached(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["Cache-Control"] = "no-store"
            await send(message)

        try:
            limit = PICTURES_LIMIT if scope["path"].startswith(_PICTURES) else BODY_LIMIT
            body = await read_body(scope, receive, limit=limit)
            await self._app(scope, given_again(body, receive), send_uncached)
        except Exception as error:  # noqa: BLE001 -- the last word: whatever it is, the caller gets no detail
            if not isinstance(error, KaijoError):
                note_failure(error)
            if started:
                return
            answer = answer_of(error if isinstance(error, KaijoError) else internal())
            await answer(scope, receive, send_uncached)
