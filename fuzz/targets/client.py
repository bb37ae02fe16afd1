"""Answers of any content to a terminal from whatever answers at the service's address."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx2

from fuzz.tape import Tape
from fuzz.told import told
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient, field_bytes, field_hex, field_kind, field_text, field_time
from kaijo.words import catalogue

_STATUS = (200, 201, 404, 409, 413, 422, 500, 503)
_ENCODINGS = ("identity", "identity", "identity", "gzip", "deflate")
_READERS: tuple[Callable[[dict[str, Any], str], object], ...] = (
    field_bytes, field_hex, field_time, field_text, field_kind,
)  # fmt: skip
_CODES = tuple(sorted(catalogue()))


def run(data: bytes) -> None:
    """Answer with `data` as the body, or with a refusal whose code is of the catalogue and whose data is `data`."""
    tape = Tape(data)
    status, code = _STATUS[tape.byte() % len(_STATUS)], int.from_bytes(tape.take(2))
    encoding = _ENCODINGS[tape.byte() % len(_ENCODINGS)]
    body = tape.rest()
    if code:
        body = json.dumps({"code": _CODES[code % len(_CODES)], "data": tape.value()}).encode()
    headers = {"Content-Encoding": encoding}
    transport = httpx2.MockTransport(
        lambda _request: httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))
    )
    answers = httpx2.Client(transport=transport)
    with ServiceClient("http://127.0.0.1:1", client=answers, pause=lambda _seconds: None) as client:
        told(lambda: _use(client))


def _use(client: ServiceClient) -> None:
    answer = client.challenge(PinKind.SIGNATURE)
    for read in _READERS:
        for name in [*answer, "absent"][:8]:
            told(partial(read, answer, name))
