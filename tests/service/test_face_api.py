"""A face check over HTTP with the real engine: a virtual card's own signed face, pictures rendered from photographs."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from PIL import Image, ImageFilter
from starlette.testclient import TestClient

from kaijo.card import tlv
from kaijo.facts.face import card_limits, quality_rule
from kaijo.reset.face_ports import FaceDesk
from kaijo.service.api import create_app
from kaijo.service.envelope import BODY_LIMIT, PICTURES_LIMIT
from kaijo.service.store.schema import TABLES
from kaijo.service.trust.surface import SurfaceSignatures
from kaijo.virtualcard.hierarchy import Role, public_key_der
from tests.reset.bench import SIGNATURE, Bench, sign
from tests.reset.sitting import FACE_ASKED
from tests.support.faces import shared_engine
from tests.support.heads import chip_photo, head, jpeg, posed
from tests.virtualcard.issued import hierarchy, keys

from .trust.test_surface import signed
from .wire import b64, post


@pytest.fixture
def bench(bench: Bench) -> Bench:
    """Give the bench's card the surface key under which the face is signed, and the service its engine."""
    digest = sha256(public_key_der(keys().surface.public_key())).digest()
    bench.change_card(surface_spki_sha256=digest)
    trust = SurfaceSignatures([hierarchy().keys[Role.SURFACE_CA].key.public_key()])
    bench.desk = replace(bench.desk, face_policy=FACE_ASKED, face=FaceDesk(shared_engine(), trust))
    return bench


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(desk=bench.desk, practice=True)) as client:
        yield client


class Caller:
    """A phone that speaks the contract and nothing else."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.challenge = post(client, "/v1/challenges", {"purpose": "reserve", "kind": "signature"}, 201)
        self.evidence = {
            "challenge_id": self.challenge["challenge_id"],
            "kind": SIGNATURE.value,
            "authentication_certificate": b64(b"a1"),
            "proof_certificate": b64(b"a1"),
            "signature": b64(sign("a1", base64.b64decode(self.challenge["message"]))),
        }

    def open(self, status: int = 201) -> dict[str, Any]:
        opened = post(self.client, "/v1/face-checks", {**self.evidence, "device": "0" * 32}, status)
        self.path = f"/v1/face-checks/{opened.get('face_check_id')}"
        return opened

    def guide(self, picture: Image.Image, status: int = 200, **more: object) -> dict[str, Any]:
        return post(self.client, f"{self.path}/guidance", {"frame": b64(jpeg(picture)), **more}, status)

    def draw(self, status: int = 200) -> dict[str, Any]:
        return post(self.client, f"{self.path}/poses", {}, status)

    def decide(
        self, drawn: dict[str, Any], pictures: tuple[bytes, ...], *, photo: str = "collins", status: int = 200
    ) -> dict[str, Any]:
        face = signed(photo=chip_photo(photo))
        body = {
            "nonce": drawn["nonce"],
            "frames": [b64(picture) for picture in pictures],
            "surface": {
                "holder": b64(face.holder),
                "printed_sha256": b64(face.printed_sha256),
                "photo": b64(face.photo),
                "signature": b64(face.signature),
                "certificate": b64(face.certificate),
            },
        }
        return post(self.client, f"{self.path}/decision", body, status)

    def reserve(self, permit: str | None, status: int = 201) -> dict[str, Any]:
        return post(self.client, "/v1/reservations", {**self.evidence, "face": permit}, status)


@pytest.fixture
def caller(client: TestClient) -> Caller:
    return Caller(client)


def test_holder_before_the_camera_gets_the_reservation(caller: Caller) -> None:
    opened = caller.open()
    assert (opened["tries_left"], opened["evaluated"]) == (card_limits()[0].tries, False)
    first = caller.guide(head("collins").straight())
    assert (first["causes"], first["ready"]) == ([], True)
    drawn = caller.draw()
    assert (drawn["poses"][0], len(drawn["poses"]), drawn["window_seconds"]) == ("straight", 4, 60)
    measure = {"turn": first["turn"], "size": first["size"]}
    turned = caller.guide(head("collins").turned(26), pose="left", first=measure)
    assert (turned["ready"], turned["causes"]) == (True, [])
    permit = caller.decide(drawn, posed("collins", tuple(drawn["poses"])))["permit"]
    assert caller.reserve(permit)["kind"] == "signature"


def test_stranger_before_the_camera_is_refused_with_what_is_left(caller: Caller) -> None:
    caller.open()
    drawn = caller.draw()
    refusal = caller.decide(drawn, posed("hopper", tuple(drawn["poses"])), status=409)
    assert (refusal["code"], refusal["data"]) == ("face.no-match", {"tries_left": drawn["tries_left"]})
    assert caller.reserve(None, status=409)["code"] == "face.needed"


def test_guidance_says_in_both_languages_what_is_wrong(caller: Caller) -> None:
    caller.open()
    told = caller.guide(head("collins").straight().filter(ImageFilter.GaussianBlur(6)))
    assert [(cause["code"], cause["blocking"]) for cause in told["causes"]] == [("face.blurred", True)]
    assert told["ready"] is False
    assert told["causes"][0]["messages"]["en"]["remedy"] == "Wipe the lens and hold still."
    assert "拭き" in told["causes"][0]["messages"]["ja"]["remedy"]


def test_pose_that_is_not_reached_is_asked_for(caller: Caller) -> None:
    caller.open()
    first = caller.guide(head("collins").straight())
    measure = {"turn": first["turn"], "size": first["size"]}
    told = [
        caller.guide(head("collins").straight(), pose=pose, first=measure)["causes"][0]["code"]
        for pose in ("left", "right", "closer")
    ]
    assert told == ["face.turn-left", "face.turn-right", "face.come-closer"]


def test_photo_of_another_card_is_refused(bench: Bench, caller: Caller) -> None:
    bench.change_card(surface_spki_sha256=bytes(32))
    caller.open()
    refusal = caller.decide(caller.draw(), (b"x",), status=409)
    assert refusal["code"] == "face.photo-of-another-card"


def test_limit_says_when_to_come_back_and_where_to_go_at_once(bench: Bench, caller: Caller) -> None:
    caller.open()
    for _ in range(card_limits()[0].tries):
        post(caller.client, f"{caller.path}/decision", {}, 422)
        caller.decide(caller.draw(), (b"x",), status=409)
    refusal = caller.draw(status=429)
    assert refusal["code"] == "face.card-limit"
    assert refusal["data"]["retry_at"] == (bench.clock.now() + card_limits()[0].span).isoformat()
    assert "counter" in refusal["messages"]["en"]["remedy"]
    assert "窓口" in refusal["messages"]["ja"]["remedy"]


def test_pictures_may_be_larger_than_other_bodies_and_not_too_large(caller: Caller) -> None:
    caller.open()
    noise = Image.effect_noise((640, 480), 90).convert("RGB")
    large = jpeg(noise, quality=90)
    assert BODY_LIMIT < len(large) < quality_rule().most_bytes
    assert caller.guide(noise)["causes"][0]["code"] == "face.none"
    post(caller.client, f"{caller.path}/guidance", {"frame": "A" * PICTURES_LIMIT}, 413)
    assert post(caller.client, "/v1/challenges", {"purpose": "A" * BODY_LIMIT}, 413)["data"] == {"limit": BODY_LIMIT}


@pytest.mark.parametrize("device", ["", "0" * 31, "0" * 33, "G" * 32])
def test_device_has_the_agreed_form(caller: Caller, device: str) -> None:
    body = {**caller.evidence, "device": device}
    assert post(caller.client, "/v1/face-checks", body, 422)["data"] == {"fields": ["device"]}


def test_health_names_the_matcher_and_that_it_is_not_evaluated(client: TestClient) -> None:
    assert client.get("/health").json()["face"] == {
        "signature": "required",
        "authentication": "not-required",
        "matcher": "dlib-resnet-v1",
        "evaluated": False,
    }


def test_nothing_of_a_picture_is_stored_or_logged(
    bench: Bench, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caller.open()
    drawn = caller.draw()
    pictures = posed("collins", tuple(drawn["poses"]))
    caller.decide(drawn, pictures)
    photo = tlv.find(signed(photo=chip_photo("collins")).photo, 0xDF27)
    with bench.store.begin() as records:
        connection = records.connection  # type: ignore[attr-defined]
        dump = repr([connection.execute(table.select()).all() for table in TABLES.sorted_tables])
    for raw in (*pictures, photo):
        for piece in (raw[200:232].hex(), b64(raw[201:231])):
            assert piece.lower() not in dump.lower()
            assert piece.lower() not in caplog.text.lower()
