"""Bodies of requests, read with a bound."""

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from kaijo.errors import UsageProblem


async def read_body(scope: Scope, receive: Receive, *, limit: int) -> bytes:
    """Return the whole body, counted as it comes in.

    Raises UsageProblem `service.body-too-large` (limit, bytes) as soon as it is declared or found to be over it.
    """
    declared = Headers(scope=scope).get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise UsageProblem("service.body-too-large", limit=limit)
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise UsageProblem("service.body-too-large", limit=limit)
    return bytes(body)


def given_again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body in one piece, and after it what the connection says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
