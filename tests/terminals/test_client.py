"""Whatever answers at the service's address, the terminal ends in an error with words."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx2
import pytest

from kaijo.clock import JST
from kaijo.errors import KaijoError, Refused, ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.terminals.client import ServiceClient, field_bytes, field_hex, field_kind, field_text, field_time
from kaijo.words import LANGS, explain

URL = "http://127.0.0.1:1"


def error_of(status: int, body: bytes, headers: dict[str, str] | None = None) -> KaijoError:
    """Return the error that a call ends with when the service answers so."""
    transport = httpx2.MockTransport(
        lambda _request: httpx2.Response(status, headers=headers or {}, stream=httpx2.ByteStream(body))
    )
    with (
        ServiceClient(URL, client=httpx2.Client(transport=transport)) as client,
        pytest.raises(KaijoError) as caught,
    ):
        client.challenge(PinKind.SIGNATURE)
    assert all(explain(caught.value, lang).remedy for lang in LANGS)
    return caught.value


def test_refusal_comes_out_as_the_error_it_names() -> None:
    error = error_of(409, b'{"code":"reset.kiosk-closed","data":{"opens_at":"2027-03-16T06:30:00+09:00"}}')
    assert (type(error), error.code) == (Refused, "reset.kiosk-closed")
    assert error.data == {"opens_at": datetime(2027, 3, 16, 6, 30, tzinfo=JST)}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, b'{"code":"reset.kiosk-closed","data":{}}'),
        (409, b'{"code":"stop.sentence","data":{}}'),
        (409, b'{"code":"no.such-code","data":{}}'),
        (409, b'{"code":"reset.kiosk-closed","data":[]}'),
        (409, b'{"code":"reset.kiosk-closed","data":{"opens_at":"0001-01-01T00:00:00+14:00"}}'),
        (200, b"[]"),
        (200, b"<html>"),
        (200, b"\xff\xfe{"),
        (200, b"[" * 100_000),
        (500, b""),
    ],
)
def test_answer_that_does_not_fit_is_out_of_contract(status: int, body: bytes) -> None:
    error = error_of(status, body)
    assert (type(error), error.code) == (ServiceTrouble, "service.out-of-contract")
    assert error.data == {"url": URL, "status": status}


def test_body_that_cannot_be_unpacked_is_out_of_contract() -> None:
    assert error_of(200, b"no gzip", {"Content-Encoding": "gzip"}).code == "service.out-of-contract"


READERS: list[tuple[Callable[[dict[str, Any], str], object], object, object]] = [
    (field_bytes, "YTE=", b"a1"),
    (field_hex, "9000", b"\x90\0"),
    (field_time, "2027-03-15T21:40:00+09:00", datetime(2027, 3, 15, 21, 40, tzinfo=JST)),
    (field_text, "id", "id"),
    (field_kind, "signature", PinKind.SIGNATURE),
]


@pytest.mark.parametrize(("read", "good", "value"), READERS)
def test_field_is_read_or_named_as_out_of_contract(
    read: Callable[[dict[str, Any], str], object], good: object, value: object
) -> None:
    assert read({"it": good}, "it") == value
    unfit: list[dict[str, Any]] = [{}, {"it": None}, {"it": 7}, {"it": []}]
    if read is not field_text:
        unfit += [{"it": "2027-03-15T21:40"}, {"it": "ü"}]
    for content in unfit:
        with pytest.raises(ServiceTrouble) as caught:
            read(content, "it")
        assert (caught.value.code, caught.value.data["url"]) == ("service.out-of-contract", "it")
