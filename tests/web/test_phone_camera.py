"""The camera's page without a browser: pictures go to the service, and what comes back is one thing to do."""

from collections.abc import Iterator
from typing import Any

import pytest

from kaijo import app
from kaijo.facts.face import card_limits, face_poses, face_window, quality_rule
from kaijo.facts.pins import PinKind
from kaijo.service.server import serving
from kaijo.virtualcard.cardfile import create
from kaijo.virtualcard.issuer import Issuer
from kaijo.virtualcard.persons import person
from kaijo.words import label, message
from tests.support.heads import chip_photo, head, jpeg, posed
from tests.support.world import NIGHT, World, pins_of

from .conftest import Visiting
from .test_phone_code import enter, printed
from .visitor import ORIGIN, Page, Table, Visitor
from .walk import LOCKED, ask

POSES = {label(f"phone.camera.pose.{pose}", "ja"): pose for pose in ("straight", "left", "right", "closer")}


class Camera:
    """The camera's page as its script uses it, before a face."""

    def __init__(self, visitor: Visitor, page: Page, name: str = "collins") -> None:
        self.visitor = visitor
        (self.sitting,) = [one for one in page.all("div") if one.get("id") == "sitting"]
        self.name = name
        self.taken = 0

    def post(self, act: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        given = {"Origin": ORIGIN, "X-Kaijo-Token": self.sitting["data-token"], **headers}
        answer = self.visitor.client.post(f"{self.sitting['data-at']}/{act}", content=body, headers=given)
        assert answer.status_code == 200
        content = answer.json()
        assert isinstance(content, dict)
        return content

    def look(self, pose: str = "straight") -> dict[str, Any]:
        """Show the face in that pose; no two pictures are the same."""
        self.taken += 1
        return self.post("look", posed(self.name, (pose,) * self.taken)[-1])

    def take_all(self) -> dict[str, Any]:
        """Do what is asked until it is over."""
        answer = self.post("begin")
        for _ in range(face_poses() + 1):
            answer = self.look(POSES[answer["pose"]])
        return answer


@pytest.fixture
def strict(world: World) -> Iterator[str]:
    with serving(app.service(world.folder / "strict", world.clock, face_required=True)) as url:
        yield url


@pytest.fixture
def at_camera(world: World, visiting: Visiting, strict: str) -> Visitor:
    """Give a visitor whose card carries the photo of somebody whose face can be shown."""
    path = world.folder / "face.json"
    issuer = Issuer.open(app.home() / "issuer", world.clock)
    create(path, issuer.issue(person(LOCKED), NIGHT, chip_photo("collins")))

    class Own(Table):
        def __init__(self, _files: object) -> None:
            super().__init__({LOCKED: path})

    return visiting("fresh", table=Own, service=strict)


def sit(visitor: Visitor, name: str = "collins") -> Camera:
    proof = enter(visitor, ask(visitor), printed())
    page = visitor.send(proof, proof=pins_of(LOCKED)[PinKind.AUTHENTICATION])
    assert page.path.startswith("/phone/camera/")
    return Camera(visitor, page, name)


def test_holder_is_reserved_after_the_poses_in_seven_screens(at_camera: Visitor) -> None:
    camera = sit(at_camera)
    assert camera.look()["ready"] is True
    done = camera.take_all()
    made = at_camera.go(done["go"])
    assert made.within("h1") == [label("phone.reservation.title.live", "ja")]
    pages = {seen.url.path.split("/")[2] if seen.url.path.count("/") > 1 else "start" for seen in at_camera.seen}
    assert len(pages | {"start"}) <= 7
    assert camera.look()["go"] == made.path
    assert at_camera.go(camera.sitting["data-at"]).path == made.path


def test_somebody_else_is_refused_and_told_the_tries_left(at_camera: Visitor) -> None:
    camera = sit(at_camera, "hopper")
    answer = camera.take_all()
    assert answer["refused"]["title"] == message("face.no-match", "ja").title
    tries = card_limits()[0].tries
    assert (answer["sitting"], answer["tries"]) == (False, label("phone.camera.tries", "ja", tries_left=tries - 1))


def test_limit_says_when_to_come_back_and_where_else_to_go(at_camera: Visitor) -> None:
    camera = sit(at_camera, "hopper")
    for _ in range(card_limits()[0].tries):
        camera.take_all()
    refused = camera.post("begin")["refused"]
    assert refused["code"] == "face.card-limit"
    assert "窓口" in refused["remedy"]
    assert "21:55" in refused["cause"] + refused["remedy"]


def test_bad_pictures_are_told_one_cause_and_spend_nothing(at_camera: Visitor) -> None:
    camera = sit(at_camera)
    dark = camera.post("look", jpeg(head("collins").straight(), light=0.12))
    assert [cause["code"] for cause in dark["causes"]] == ["face.too-dark"]
    assert (dark["ready"], dark["sitting"]) == (False, False)
    assert dark["tries"] == label("phone.camera.tries", "ja", tries_left=card_limits()[0].tries)
    assert camera.look("left")["ready"] is False


def test_wrong_pose_is_told_and_not_taken(at_camera: Visitor) -> None:
    camera = sit(at_camera)
    camera.post("begin")
    first = camera.look("straight")
    assert first["number"] == 2
    other = next(pose for pose in ("left", "right") if pose != POSES[first["pose"]])
    again = camera.look(other)
    assert (again["number"], again["ready"], len(again["causes"])) == (2, False, 1)


def test_poses_that_waited_too_long_are_over_and_drawn_anew(at_camera: Visitor, world: World) -> None:
    camera = sit(at_camera)
    camera.post("begin")
    world.clock.advance(face_window())
    answer = camera.look()
    assert (answer["refused"]["code"], answer["sitting"]) == ("face.window-over", False)
    assert "go" in camera.take_all()


def test_page_loaded_again_goes_on_with_the_pose_asked_for(at_camera: Visitor) -> None:
    camera = sit(at_camera)
    camera.post("begin")
    asked = camera.look("straight")
    again = Camera(at_camera, at_camera.go(camera.sitting["data-at"]))
    assert again.look("straight")["pose"] == asked["pose"]


def test_pictures_from_elsewhere_are_refused(at_camera: Visitor) -> None:
    camera = sit(at_camera)
    assert camera.post("look", b"x", Origin="http://evil.example")["refused"]["code"] == "web.foreign-origin"
    assert camera.post("look", b"x", **{"X-Kaijo-Token": "0" * 32})["refused"]["code"] == "web.stale-form"
    large = bytes(quality_rule().most_bytes + 1)
    assert camera.post("look", large)["refused"]["code"] == "web.too-large"
    assert "refused" in camera.post("look", b"no picture")


def test_page_says_that_the_matcher_is_not_evaluated_and_what_to_do_without_camera(at_camera: Visitor) -> None:
    sit(at_camera)
    page = at_camera.seen[-1].text
    for code in ("face.not-evaluated", "phone.camera.none", "phone.camera.none-on", "phone.camera.counter"):
        assert label(code, "ja") in page


def test_sitting_is_over_with_its_challenge(at_camera: Visitor, world: World) -> None:
    camera = sit(at_camera)
    world.clock.advance(card_limits()[0].span)
    assert camera.look()["refused"]["code"] == "web.over"
    assert at_camera.go(camera.sitting["data-at"]).code == "web.over"


def test_service_that_is_away_for_a_moment_ends_nothing(world: World, visiting: Visiting) -> None:
    with serving(app.service(world.folder / "strict", world.clock, face_required=True)) as url:
        visitor = visiting(service=url)
        camera = sit(visitor)
    headers = {"Origin": ORIGIN, "X-Kaijo-Token": camera.sitting["data-token"]}
    answer = visitor.client.post(f"{camera.sitting['data-at']}/begin", headers=headers)
    assert (answer.status_code, answer.json()["refused"]["code"]) == (502, "service.unreachable")
    assert visitor.go(camera.sitting["data-at"]).status == 200
