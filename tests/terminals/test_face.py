"""The phone's part over real HTTP: opens the card's signed face with 照合番号B, is guided, passes, reserves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from kaijo import app
from kaijo.card.files import Application, Code, Surface
from kaijo.card.guard import Guard
from kaijo.card.surface import SurfaceSession
from kaijo.clock import ManualClock
from kaijo.errors import Refused, ServiceTrouble, WrongPin
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.terminals.client import ServiceClient
from kaijo.terminals.face import (
    Pose,
    SignedFace,
    decide,
    draw,
    guide,
    new_device,
    open_check,
    read_surface,
)
from kaijo.terminals.phone import Begun, Phone, finish
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.persons import person
from tests.support.heads import chip_photo, head, jpeg, posed
from tests.support.world import NIGHT, World, issued, pins_of

PERSON = "signature-locked"
DEVICE = "0" * 32


@cache
def pictured() -> CardImage:
    """Return the card of a test person with a photograph on its chip."""
    return app.practice_issuer(ManualClock(NIGHT)).issue(person(PERSON), NIGHT, chip_photo("collins"))


class Night:
    """A service that asks for the face, a phone, and a card with a photograph."""

    def __init__(self, world: World, client: ServiceClient) -> None:
        self.client = client
        self.card = VirtualCard(pictured(), place="table")
        self.guard = Guard(self.card, world.clock)
        self.phone = Phone(self.guard, client, world.clock)

    def begin(self) -> Begun:
        shown = self.phone.look(PinKind.SIGNATURE)
        return self.phone.begin(PinKind.SIGNATURE, pins_of(PERSON)[PinKind.AUTHENTICATION], shown=shown)

    def surface(self) -> SignedFace:
        return read_surface(self.guard, self.code_b(), shown=self.guard.tries(Code.CODE_B))

    def code_b(self) -> str:
        value = pictured().directories[Application.SURFACE].pins[Surface.CODE_B].value
        assert value is not None
        return value.decode()


@contextmanager
def asking_for_the_face(world: World, data: Path) -> Iterator[ServiceClient]:
    with (
        serving(app.service(data, world.clock, face_required=True)) as url,
        ServiceClient(url) as client,
    ):
        yield client


@pytest.fixture
def night(world: World, tmp_path: Path) -> Iterator[Night]:
    with asking_for_the_face(world, tmp_path / "facing") as client:
        yield Night(world, client)


def test_holder_passes_and_reserves(night: Night) -> None:
    begun = night.begin()
    surface = night.surface()
    check = open_check(night.client, begun, DEVICE)
    assert (check.tries_left, check.evaluated, check.expires_at) == (3, False, begun.expires_at)
    first = guide(night.client, check.id, jpeg(head("collins").straight()))
    assert (first.causes, first.ready) == ((), True)
    drawn = draw(night.client, check.id)
    assert (drawn.poses[0], drawn.tries_left, drawn.window_seconds) == (Pose.STRAIGHT, 2, 60)
    pictures = posed("collins", tuple(pose.value for pose in drawn.poses))
    permit = decide(night.client, check.id, nonce=drawn.nonce, pictures=pictures, surface=surface)
    assert finish(night.client, begun, permit).kind is PinKind.SIGNATURE


def test_stranger_is_refused_and_told_the_tries_left(night: Night) -> None:
    begun, surface = night.begin(), night.surface()
    check = open_check(night.client, begun, DEVICE)
    drawn = draw(night.client, check.id)
    pictures = posed("hopper", tuple(pose.value for pose in drawn.poses))
    with pytest.raises(Refused) as refusal:
        decide(night.client, check.id, nonce=drawn.nonce, pictures=pictures, surface=surface)
    assert (refusal.value.code, refusal.value.data) == ("face.no-match", {"tries_left": 2})
    with pytest.raises(Refused) as needed:
        finish(night.client, begun)
    assert needed.value.code == "face.needed"


def test_photo_replaced_on_the_way_is_refused(night: Night) -> None:
    begun, surface = night.begin(), night.surface()
    check = open_check(night.client, begun, DEVICE)
    photo = surface.photo[:-1] + bytes([surface.photo[-1] ^ 1])
    with pytest.raises(Refused) as refusal:
        decide(
            night.client,
            check.id,
            nonce=draw(night.client, check.id).nonce,
            pictures=[b"any"],
            surface=replace(surface, photo=photo),
        )
    assert refusal.value.code == "face.photo-unsigned"


def test_face_of_another_card_of_the_same_issuer_is_refused(night: Night, world: World) -> None:
    begun = night.begin()
    check = open_check(night.client, begun, DEVICE)
    guard = world.guard(world.card("fresh"))
    code = issued("fresh").directories[Application.SURFACE].pins[Surface.CODE_B].value
    assert code is not None
    surface = read_surface(guard, code.decode(), shown=guard.tries(Code.CODE_B))
    with pytest.raises(Refused) as refusal:
        decide(night.client, check.id, nonce=draw(night.client, check.id).nonce, pictures=[b"any"], surface=surface)
    assert refusal.value.code == "face.photo-of-another-card"


def test_name_and_address_never_leave_the_phone(night: Night) -> None:
    surface = night.surface()
    face = SurfaceSession(night.guard).face()
    assert surface.printed_sha256 == sha256(face.signed[1]).digest()
    sent = b"".join((surface.holder, surface.photo, surface.signature, surface.certificate))
    assert face.name_image not in sent
    assert face.address_image not in sent
    assert "photo=" not in repr(surface)


def test_wrong_code_spends_a_try_of_the_code_alone(night: Night) -> None:
    wrong = "0" * 14
    with pytest.raises(WrongPin) as refusal:
        read_surface(night.guard, wrong, shown=night.guard.tries(Code.CODE_B))
    assert refusal.value.tries_left == 9
    assert night.surface().photo


def test_guidance_keeps_advice_apart(night: Night) -> None:
    check = open_check(night.client, night.begin(), new_device())
    told = guide(night.client, check.id, jpeg(head("collins").straight(), light=0.2))
    assert (told.causes, told.advice, told.ready) == (("face.too-dark",), (), False)
    asked = guide(night.client, check.id, jpeg(head("collins").straight()), pose=Pose.LEFT, first=told.measure)
    assert asked.causes == ("face.turn-left",)


def test_devices_are_never_the_same() -> None:
    devices = {new_device() for _ in range(20)}
    assert len(devices) == 20
    assert {len(device) for device in devices} == {32}


class Crooked(ServiceClient):
    """A service that answers out of contract."""

    def __init__(self, answer: dict[str, object]) -> None:
        super().__init__("http://127.0.0.1:1")
        self.answer = answer

    def _call(self, *_arguments: object, **_named: object) -> dict[str, object]:
        return self.answer


GUIDED: dict[str, object] = {"causes": [], "ready": True, "turn": 0.1, "size": 0.3}
DRAWN: dict[str, object] = {
    "nonce": "0",
    "poses": ["straight"],
    "window_seconds": 60,
    "window_ends_at": NIGHT.isoformat(),
    "tries_left": 1,
}


@pytest.mark.parametrize(
    "changes",
    [{"causes": None}, {"causes": [7]}, {"causes": [{"code": "no.such-code"}]}, {"turn": "0"}, {"size": None}],
)
def test_guidance_out_of_contract_is_told(changes: dict[str, object]) -> None:
    assert guide(Crooked(GUIDED), "1", b"").ready
    with pytest.raises(ServiceTrouble):
        guide(Crooked({**GUIDED, **changes}), "1", b"")


@pytest.mark.parametrize(
    "changes",
    [{"poses": None}, {"poses": ["up"]}, {"tries_left": True}, {"window_ends_at": "soon"}, {"nonce": None}],
)
def test_drawn_poses_out_of_contract_are_told(changes: dict[str, object]) -> None:
    assert draw(Crooked(DRAWN), "1").poses == (Pose.STRAIGHT,)
    with pytest.raises(ServiceTrouble):
        draw(Crooked({**DRAWN, **changes}), "1")
