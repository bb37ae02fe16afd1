"""What keeps other sites, other hosts and other people out of the pages."""

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaijo.errors import Refused, UsageProblem

HOSTS = ("127.0.0.1", "localhost")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Only the guide has a script, for what nobody needs; pages that take PINs have none.
_WITH_SCRIPT = {
    **HEADERS,
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; script-src 'self'",
}
_BODY_LIMIT = 4096
_FIELD_LIMIT = 16
_TOKEN_SIZE = 16


class SecurityHeaders:
    """Puts the security headers on every answer, whoever makes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = _WITH_SCRIPT if scope.get("path", "").split("/")[1:2] == ["guide"] else HEADERS

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def new_token() -> str:
    """Return what a form must carry to be taken for one of ours, new at each start."""
    return secrets.token_hex(_TOKEN_SIZE)


async def read_form(request: Request, token: str) -> Mapping[str, str]:
    """Return the fields of a posted form that one of our own pages sent.

    Raises Refused `web.foreign-origin` or `web.stale-form`, UsageProblem `web.bad-form` or `web.too-large`.
    """
    _require_same_origin(request)
    fields = _parsed(request.headers.get("content-type", ""), await _body(request))
    if not secrets.compare_digest(fields.get("token", "").encode(), token.encode()):
        raise Refused("web.stale-form")
    return fields


def _require_same_origin(request: Request) -> None:
    # Our own forms arrive with "Origin: null", because our pages give no referrer; Sec-Fetch-Site tells them apart.
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if site not in {None, "same-origin"} or origin not in {None, "null", own} or (site is None and origin != own):
        raise Refused("web.foreign-origin")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise UsageProblem("web.too-large", limit=_BODY_LIMIT)
    return body


def _parsed(content_type: str, body: bytes) -> dict[str, str]:
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UsageProblem("web.bad-form")
    try:
        return dict(
            parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELD_LIMIT)
        )
    except ValueError:
        raise UsageProblem("web.bad-form") from None
