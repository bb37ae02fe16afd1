"""How a terminal joins and what it signs, with any content: never an internal fault, and nobody unknown comes in."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from fuzz.bodies import Good, Stage, post, written
from fuzz.tape import Tape
from fuzz.told import demand
from kaijo.reset.records import Place
from kaijo.reset.terminals import enrol, join_message
from kaijo.service.api import create_app
from kaijo.service.store.database import SqlStore
from kaijo.terminals.identity import HEADER, Identity
from tests.reset.bench import Bench
from tests.service.terminals import enrolled
from tests.service.wire import b64

_KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
_OPEN = {"kiosk": "kiosk 1", "authentication_certificate": b64(b"a1"), "reset_state": "00000000"}


@cache
def _house() -> tuple[TestClient, Stage, Identity, tuple[Good, ...]]:
    """Return a service that answers enrolled terminals alone, how to put it back, one of them, and good bodies."""
    store = SqlStore(None)
    bench = Bench(store=store)
    known = enrolled(bench)
    _, code = enrol(bench.desk, name="kiosk 8", place=Place.KIOSK)
    public = _KEY.public_key().public_bytes_raw()
    joining = {"code": code, "public_key": b64(public), "signature": b64(_KEY.sign(join_message(code, public)))}
    client = TestClient(create_app(desk=bench.desk, practice=True, terminals_required=True))
    bodies: tuple[Good, ...] = (("/v1/terminals", joining), ("/v1/kiosk-sessions", _OPEN))
    return client, Stage(store), known, bodies


def run(data: bytes) -> None:
    """Join with `data` in it, say it signed, or say it as a signature."""
    client, stage, known, bodies = _house()
    stage.again()
    tape = Tape(data)
    if tape.byte() % 3:
        path, body = written(tape, bodies)
        signature = known.sign("POST", path, body) if path != "/v1/terminals" else ""
        post(client, path, body, {HEADER: signature} if signature else {})
        return
    good = known.sign("GET", "/v1/terminals/own", b"")
    at = tape.byte() % len(good)
    said = good[:at].encode() + tape.take(tape.byte() % 8) + good[at + tape.byte() % 8 :].encode() + tape.rest()
    answer = client.get("/v1/terminals/own", headers={HEADER.encode(): bytes(said)})
    demand(answer.status_code < 500, "no signature is an internal fault")
    demand(not answer.is_success or said.strip() == good.encode(), "one signature alone is good")
