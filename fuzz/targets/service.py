"""Bodies of any content to every path of the reservation service: never an internal fault."""

import json
from functools import cache

from starlette.testclient import TestClient

from fuzz.tape import Tape
from fuzz.told import demand
from kaijo.service.api import create_app
from kaijo.service.store.database import SqlStore
from tests.reset.bench import Bench
from tests.service.wire import b64

_SESSION = "/v1/kiosk-sessions/"
_GOOD: tuple[tuple[str, dict[str, object]], ...] = (
    ("/v1/challenges", {"purpose": "reserve", "kind": "signature"}),
    (
        "/v1/reservations",
        {
            "challenge_id": "00",
            "kind": "signature",
            "authentication_certificate": b64(b"a1"),
            "proof_certificate": b64(b"a1"),
            "signature": b64(b"s"),
            "face": None,
        },
    ),
    ("/v1/kiosk-sessions", {"kiosk": "kiosk 1", "authentication_certificate": b64(b"a1"), "reset_state": "00000000"}),
    (_SESSION + "{}/proof", {"proof_certificate": b64(b"a1"), "signature": b64(b"s")}),
    (_SESSION + "{}/relay", {"step": 0, "response": "9000"}),
    (_SESSION + "{}/receipt", {"receipt": "00"}),
    (_SESSION + "{}/end", {}),
)


@cache
def _client() -> TestClient:
    bench = Bench(store=SqlStore(None))
    return TestClient(create_app(desk=bench.desk, practice=True))


def run(data: bytes) -> None:
    """Send `data` as a body, or as the value of one field in a good one."""
    tape = Tape(data)
    path, good = _GOOD[tape.byte() % len(_GOOD)]
    path = path.format(tape.byte())
    field = tape.byte()
    body = tape.rest()
    if field and good:
        body = json.dumps(good | {list(good)[field % len(good)]: tape.value()}).encode()
    answer = _client().post(path, content=body, headers={"Content-Type": "application/json"})
    demand(answer.status_code < 500, "no body is an internal fault")
    content = answer.json()
    demand(answer.is_success or set(content["messages"]) == {"ja", "en"}, "every refusal has words")
