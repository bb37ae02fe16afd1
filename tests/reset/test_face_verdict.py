from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.reset.face_ports import Reading, Sighting
from kaijo.reset.face_records import TURNS, Pose
from kaijo.reset.face_verdict import blocking, causes_for, draw_poses, unusable, verdict

from .sitting import MODEL

S, LEFT, RIGHT, CLOSER = Pose.STRAIGHT, Pose.LEFT, Pose.RIGHT, Pose.CLOSER
FIRST = Reading((), 0.02, 0.3)
POSES = (S, LEFT, CLOSER)
GOOD = Sighting((FIRST,) * 3, (0.3, 0.5, 0.3), (0.0, 0.4, 0.1), (1.0, 0.9, 0.99))


@given(st.binary(min_size=16, max_size=16))
def test_drawn_poses_begin_straight_never_repeat_and_turn(randomness: bytes) -> None:
    poses = draw_poses(3, randomness)
    assert (len(poses), poses[0]) == (4, S)
    assert all(one is not next_one for one, next_one in pairwise(poses))
    assert TURNS & set(poses)


def test_every_order_is_drawn_as_often() -> None:
    orders = [draw_poses(3, number.to_bytes(16)) for number in range(52)]
    assert {orders.count(order) for order in orders} == {2}
    assert len(set(orders)) == 26


@pytest.mark.parametrize(
    ("pose", "turn", "size", "cause"),
    [
        (S, 0.02, 0.3, None),
        (S, 0.30, 0.3, "face.turned"),
        (S, -0.30, 0.3, "face.turned"),
        (LEFT, 0.14, 0.3, None),
        (LEFT, 0.12, 0.3, "face.turn-left"),
        (LEFT, -0.20, 0.3, "face.turn-left"),
        (RIGHT, -0.10, 0.3, None),
        (RIGHT, 0.20, 0.3, "face.turn-right"),
        (CLOSER, 0.02, 0.38, None),
        (CLOSER, 0.02, 0.37, "face.come-closer"),
        (CLOSER, 0.30, 0.38, "face.turned"),
    ],
)
def test_pose_is_judged_against_the_first_picture(pose: Pose, turn: float, size: float, cause: str | None) -> None:
    assert causes_for(Reading((), turn, size), pose, FIRST) == ((cause,) if cause else ())


def test_first_picture_is_judged_by_itself() -> None:
    assert causes_for(Reading((), 0.14, 0.3), S, None) == ("face.turned",)


def test_cause_of_the_picture_comes_before_that_of_the_pose() -> None:
    dark = Reading(("face.too-dark", "face.busy-background"), 0.3, 0.3)
    assert causes_for(dark, S, FIRST) == ("face.too-dark", "face.busy-background", "face.turned")
    assert blocking(dark.causes) == ("face.too-dark",)


def test_picture_without_a_face_is_asked_for_no_pose() -> None:
    assert causes_for(Reading(("face.none",)), LEFT, FIRST) == ("face.none",)


def test_unusable_names_the_first_wrong_picture() -> None:
    readings = (FIRST, Reading(("face.busy-background",), 0.3, 0.3), Reading((), 0.0, 0.31))
    assert unusable(readings, POSES) == (3, "face.come-closer")
    assert unusable(readings[:2], POSES[:2]) is None


def test_good_sighting_is_confirmed() -> None:
    assert verdict(GOOD, POSES, MODEL) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"likenesses": (1.0, 0.985, 0.9)}, "face.flat"),
        ({"likenesses": (1.0, float("nan"), 0.9)}, "face.flat"),
        ({"to_first": (0.0, 0.61, 0.1)}, "face.changed"),
        ({"to_first": (0.0, float("nan"), 0.1)}, "face.changed"),
        ({"to_photo": (0.46, 0.3, 0.3)}, "face.no-match"),
        ({"to_photo": (0.3, 0.3, 0.46)}, "face.no-match"),
        ({"to_photo": (float("nan"), 0.3, 0.3)}, "face.no-match"),
    ],
)
def test_each_doubt_is_a_no(changes: dict[str, tuple[float, ...]], code: str) -> None:
    assert verdict(replace(GOOD, **changes), POSES, MODEL) == code  # type: ignore[arg-type]


def test_sitting_without_a_turn_proves_no_depth() -> None:
    assert verdict(GOOD, (S, CLOSER, S), MODEL) == "face.flat"
