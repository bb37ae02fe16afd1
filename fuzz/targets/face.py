"""Bodies and pictures of any content to every path of the face check, with the real engine: never an internal fault."""

from base64 import b64decode
from dataclasses import replace
from functools import cache

from starlette.testclient import TestClient

from fuzz.bodies import Good, Stage, post, written
from fuzz.tape import Tape
from kaijo.reset.face_ports import FaceDesk
from kaijo.service.api import create_app
from kaijo.service.store.database import SqlStore
from kaijo.service.trust.surface import SurfaceSignatures
from kaijo.virtualcard.hierarchy import Role
from tests.reset.bench import SIGNATURE, Bench, sign
from tests.reset.sitting import FACE_ASKED
from tests.service.trust.test_surface import signed
from tests.service.wire import b64
from tests.service.wire import post as ask
from tests.support.faces import shared_engine
from tests.support.heads import chip_photo
from tests.virtualcard.issued import hierarchy


@cache
def _sitting() -> tuple[TestClient, Stage, tuple[Good, ...]]:
    """Return a service with a face check whose poses wait, how to put it back, and good bodies."""
    store = SqlStore(None)
    bench = Bench(store=store)
    trust = SurfaceSignatures([hierarchy().keys[Role.SURFACE_CA].key.public_key()])
    desk = replace(bench.desk, face_policy=FACE_ASKED, face=FaceDesk(shared_engine(), trust))
    client = TestClient(create_app(desk=desk, practice=True))
    challenge = ask(client, "/v1/challenges", {"purpose": "reserve", "kind": SIGNATURE.value}, 201)
    evidence = {
        "challenge_id": challenge["challenge_id"],
        "kind": SIGNATURE.value,
        "authentication_certificate": b64(b"a1"),
        "proof_certificate": b64(b"a1"),
        "signature": b64(sign("a1", b64decode(challenge["message"]))),
        "device": "0" * 32,
    }
    check = ask(client, "/v1/face-checks", evidence, 201)["face_check_id"]
    drawn = ask(client, f"/v1/face-checks/{check}/poses", {}, 200)
    face = signed(photo=chip_photo("collins"))
    surface = {
        "holder": b64(face.holder),
        "printed_sha256": b64(face.printed_sha256),
        "photo": b64(face.photo),
        "signature": b64(face.signature),
        "certificate": b64(face.certificate),
    }
    decision = {"nonce": drawn["nonce"], "frames": [b64(b"P6 1 1 255 abc")] * len(drawn["poses"]), "surface": surface}
    bodies: tuple[Good, ...] = (
        ("/v1/face-checks", evidence),
        (f"/v1/face-checks/{check}/guidance", {"frame": b64(b"P6 1 1 255 abc"), "pose": "straight", "first": None}),
        (f"/v1/face-checks/{check}/poses", {}),
        (f"/v1/face-checks/{check}/decision", decision),
        ("/v1/face-checks/{}/guidance", {"frame": b64(b"x"), "pose": "left", "first": {"turn": 0.0, "size": 0.3}}),
        ("/v1/reservations", {**evidence, "face": check}),
    )
    return client, Stage(store), bodies


def run(data: bytes) -> None:
    """Send `data` as a body, as a picture, or as the value of one field, to a check that is always at one point."""
    client, stage, bodies = _sitting()
    stage.again()
    post(client, *written(Tape(data), bodies))
