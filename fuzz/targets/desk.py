"""Bodies of any content to the practice filing desk, and returns that were changed: never an internal fault."""

import json
import os
from base64 import b64encode
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.testclient import TestClient

from fuzz.bodies import Good, post, written
from fuzz.tape import Tape
from kaijo import app
from kaijo.card.guard import Guard
from kaijo.clock import ManualClock
from kaijo.facts.filing import ReturnKind
from kaijo.facts.pins import PinKind
from kaijo.signing.unlock import SigningKey, unlock
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.filing_client import FilingClient, PracticeReturn, sign_return
from kaijo.virtualcard.card import VirtualCard
from tests.support.world import NIGHT, home, issued, pins_of, practice_issuer

_RETURN = PracticeReturn(2026, ReturnKind.BLUE, 3_000_000, 1_000_000, 90_000)
_WINDOW = 16


@cache
def _desk() -> tuple[TestClient, str, bytes, tuple[Good, ...]]:
    """Return a desk, the token of somebody who is signed in, a good signed return, and good bodies."""
    practice_issuer()
    os.environ["KAIJO_HOME"] = str(home())
    clock = ManualClock(NIGHT)
    client = TestClient(app.filing_desk(Path(mkdtemp(prefix="kaijo-fuzz-")), clock))
    guard = Guard(VirtualCard(issued("fresh"), place="table"), clock)

    def key(kind: PinKind) -> SigningKey:
        return unlock(guard, kind, pins_of("fresh")[kind], shown=guard.tries(kind))

    front = FilingClient("http://testserver", client=ServiceClient("http://testserver", client=client))
    login = key(PinKind.AUTHENTICATION)
    token = front.sign_in(login).token
    document = sign_return(_RETURN, key(PinKind.SIGNATURE), NIGHT)
    signing_in = {
        "challenge_id": "00",
        "certificate": b64encode(login.certificate.public_bytes(Encoding.DER)).decode(),
        "signature": b64encode(bytes(256)).decode(),
    }
    bodies: tuple[Good, ...] = (
        ("/v1/challenges", {"rehearsal": True}),
        ("/v1/sessions", signing_in),
        ("/v1/returns", {"document": b64encode(document).decode()}),
    )
    return client, token, document, bodies


def run(data: bytes) -> None:
    """Send `data` as a body or as the value of one field, or hand in a good return of which a part is `data`."""
    client, token, document, bodies = _desk()
    tape = Tape(data)
    if tape.byte() % 2:
        at, size = int.from_bytes(tape.take(2)) % len(document), tape.byte() % _WINDOW
        changed = document[:at] + tape.rest() + document[at + size :]
        path, body = "/v1/returns", json.dumps({"document": b64encode(changed).decode()}).encode()
    else:
        path, body = written(tape, bodies)
    post(client, path, body, {"Authorization": f"Bearer {token}"})
