"""Enrolled terminals for tests of the HTTP contract: what they say is signed, and can be said again."""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from kaijo.reset.records import Place
from kaijo.reset.terminals import enrol, join, join_message
from kaijo.terminals.identity import HEADER, Identity
from tests.reset.bench import Bench


def enrolled(bench: Bench, name: str = "kiosk 7", place: Place = Place.KIOSK) -> Identity:
    """Return a terminal that the desk knows."""
    _, code = enrol(bench.desk, name=name, place=place)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    known = join(bench.desk, code=code, public_key=public, signature=key.sign(join_message(code, public)))
    return Identity(known.id, known.name, place.value, key, bench.clock)


@dataclass
class Spoken:
    """One request as it went over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class SigningClient(TestClient):
    """A client that signs as one terminal and remembers what it said."""

    def __init__(self, app: Any, identity: Identity) -> None:
        super().__init__(app)
        self.identity = identity
        self.said: list[Spoken] = []
        self.lost = 0

    def post(self, url: Any, *, json: Any = None, **more: Any) -> Any:
        request = self.build_request("POST", url, json=json, **more)
        target = request.url.raw_path.decode()
        bearer = request.headers.get("authorization", "")
        request.headers[HEADER] = self.identity.sign("POST", target, request.content, bearer)
        self.said.append(Spoken("POST", target, dict(request.headers), request.content))
        return self.send(request)

    def again(self, spoken: Spoken) -> Any:
        """Say the very same bytes again."""
        return self.request(spoken.method, spoken.path, headers=spoken.headers, content=spoken.body)
