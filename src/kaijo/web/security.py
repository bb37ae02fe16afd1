"""What keeps other sites, other hosts and other people out of the pages."""

import secrets
from collections.abc import AsyncGenerator, Mapping
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaijo.errors import Refused, UsageProblem
from kaijo.web.style import style_source

HOSTS = ("127.0.0.1", "localhost")
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src {style_source()}; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
}
# The guide has a script for what nobody needs. Only its pages may be shown again
# from the browser's history: the way back must not end at a question whether to send a form again (docs/adr/0012).
_GUIDE = {
    **HEADERS,
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'",
    "Cache-Control": "private, no-cache",
}
_GUIDE_ANSWERED = {**_GUIDE, "Cache-Control": "private, max-age=86400"}
# The phone looks into a face, and counts the time of a reservation down. Nothing it shows comes from elsewhere.
PHONE_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:",
    "Permissions-Policy": "camera=(self)",
}
# The kiosk's script adds a keypad and a watch over a person who left; it asks only whether the card is still there.
KIOSK_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'",
}
_BODY_LIMIT = 4096
_FIELD_LIMIT = 40
_TOKEN_SIZE = 16


class SecurityHeaders:
    """Puts the security headers on every answer, whoever makes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = _headers(scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _headers(scope: Scope) -> Mapping[str, str]:
    face = scope.get("path", "").split("/")[1:2]
    if face == ["phone"]:
        return PHONE_HEADERS
    if face == ["kiosk"]:
        return KIOSK_HEADERS
    if face != ["guide"]:
        return HEADERS
    return _GUIDE_ANSWERED if scope.get("method") == "POST" else _GUIDE


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


async def read_bytes(request: Request, token: str, limit: int) -> bytes:
    """Return the body that a script of our own pages sent, with the form's token in the header `X-Kaijo-Token`.

    Raises as `read_form`.
    """
    _require_same_origin(request)
    if not secrets.compare_digest(request.headers.get("x-kaijo-token", "").encode(), token.encode()):
        raise Refused("web.stale-form")
    return await _body(request, limit)


async def read_upload(request: Request, token: str, limit: int) -> tuple[Mapping[str, str], bytes]:
    """Return the fields of a posted form of ours that carries a file of up to `limit` bytes, and the file.

    It never touches a disk. Raises as `read_form`; `web.bad-form` for a form without a file, or with several.
    """
    _require_same_origin(request)
    body = await _body(request, limit + _BODY_LIMIT)

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    try:
        form = await _InMemory(request.headers, whole(), max_files=1, max_fields=_FIELD_LIMIT).parse()
    except (KeyError, MultiPartException):
        raise UsageProblem("web.bad-form") from None
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    files = [await value.read() for value in form.values() if isinstance(value, UploadFile)]
    await form.close()
    if not secrets.compare_digest(fields.get("token", "").encode(), token.encode()):
        raise Refused("web.stale-form")
    if not files:
        raise UsageProblem("web.bad-form")
    return fields, files[0]


class _InMemory(MultiPartParser):
    """Keeps files in memory: the body was measured before."""

    spool_max_size = 0  # as `SpooledTemporaryFile` has it: never


def _require_same_origin(request: Request) -> None:
    # Our own forms arrive with "Origin: null", because our pages give no referrer; Sec-Fetch-Site tells them apart.
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if site not in {None, "same-origin"} or origin not in {None, "null", own} or (site is None and origin != own):
        raise Refused("web.foreign-origin")


async def _body(request: Request, limit: int = _BODY_LIMIT) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise UsageProblem("web.too-large", limit=limit)
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
