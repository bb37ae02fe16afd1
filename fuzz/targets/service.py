"""Bodies of any content to every path of the reservation service: never an internal fault."""

from functools import cache

from starlette.testclient import TestClient

from fuzz.bodies import Good, post, written
from fuzz.tape import Tape
from kaijo.service.api import create_app
from kaijo.service.store.database import SqlStore
from tests.reset.bench import Bench
from tests.service.wire import b64

_SESSION = "/v1/kiosk-sessions/"
_GOOD: tuple[Good, ...] = (
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
    post(_client(), *written(Tape(data), _GOOD))
