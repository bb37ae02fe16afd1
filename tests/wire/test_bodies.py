"""Bodies come in pieces of any size; the bound holds however they do."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive

from kaijo.errors import UsageProblem
from kaijo.wire.bodies import given_again, read_body

LIMIT = 40


def arriving(pieces: Sequence[bytes]) -> Receive:
    left = [*pieces]

    async def receive() -> Message:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


def read(pieces: Sequence[bytes], **headers: str) -> bytes:
    scope = {"type": "http", "headers": [(key.encode(), value.encode()) for key, value in headers.items()]}
    return asyncio.run(read_body(scope, arriving(pieces), limit=LIMIT))


@given(st.lists(st.binary(max_size=15), min_size=1, max_size=8))
def test_body_is_read_whole_or_refused(pieces: list[bytes]) -> None:
    if len(b"".join(pieces)) <= LIMIT:
        assert read(pieces) == b"".join(pieces)
        return
    with pytest.raises(UsageProblem) as refused:
        read(pieces)
    assert refused.value.diagnostics() == {"code": "service.body-too-large", "data": {"limit": LIMIT}}


def test_declared_length_over_the_bound_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UsageProblem, match="too-large"):
        read([b"short"], **{"content-length": str(LIMIT + 1)})
    assert read([b"short"], **{"content-length": "no number"}) == b"short"


def test_body_is_given_again_once_and_then_what_the_connection_says() -> None:
    async def twice() -> list[Message]:
        again = given_again(b"body", arriving([]))
        return [await again(), await again()]

    assert asyncio.run(twice()) == [
        {"type": "http.request", "body": b"body", "more_body": False},
        {"type": "http.disconnect"},
    ]
