"""What measured pictures mean: the pose that was asked for, a living head, the holder's face."""

from collections.abc import Sequence
from typing import Final

from kaijo.facts.face import TurnRule, flat_likeness, turn_rule
from kaijo.reset.face_ports import FaceModel, Reading, Sighting
from kaijo.reset.face_records import TURNS, Pose

ADVICE: Final = frozenset({"face.busy-background"})
"""Causes that are told and hold nobody up."""


def draw_poses(count: int, randomness: bytes) -> tuple[Pose, ...]:
    """Return the straight pose and `count` more: no two alike in a row and at least one turn, each order as likely.

    `randomness` is at least 16 bytes of it.
    """
    orders = _orders(count)
    return orders[int.from_bytes(randomness) % len(orders)]


def causes_for(reading: Reading, pose: Pose, first: Reading | None) -> tuple[str, ...]:
    """Return what is wrong with a picture that is to show `pose`, the first picture of the sitting being `first`.

    Empty when it can be used; causes of ADVICE may be among the others.
    """
    if not reading.size:
        return reading.causes
    rule = turn_rule()
    if first is None or pose is Pose.STRAIGHT:
        wrong = _straight(reading, rule, first)
    elif pose is Pose.CLOSER:
        wrong = "face.come-closer" if reading.size < first.size * rule.closer else _straight(reading, rule, first)
    else:
        side = 1 if pose is Pose.LEFT else -1
        asked = "face.turn-left" if pose is Pose.LEFT else "face.turn-right"
        wrong = None if side * (reading.turn - first.turn) >= rule.turned else asked
    return (*reading.causes, wrong) if wrong else reading.causes


def blocking(causes: Sequence[str]) -> tuple[str, ...]:
    """Return the causes that hold the picture up."""
    return tuple(cause for cause in causes if cause not in ADVICE)


def unusable(readings: Sequence[Reading], poses: Sequence[Pose]) -> tuple[int, str] | None:
    """Return number (from 1) and cause of the first picture that does not show its pose well; None when all do."""
    for number, (reading, pose) in enumerate(zip(readings, poses, strict=True), 1):
        held = blocking(causes_for(reading, pose, readings[0] if number > 1 else None))
        if held:
            return number, held[0]
    return None


def verdict(sighting: Sighting, poses: Sequence[Pose], model: FaceModel) -> str | None:
    """Return None when the pictures show the holder of the photo, alive; else the code of the refusal.

    To be asked after `unusable`. What is no number matches nothing.
    """
    turned = [likeness for likeness, pose in zip(sighting.likenesses, poses, strict=True) if pose in TURNS]
    facing = [distance for distance, pose in zip(sighting.to_photo, poses, strict=True) if pose not in TURNS]
    if not turned or not all(likeness < flat_likeness() for likeness in turned):
        return "face.flat"
    if not all(distance <= model.sitting for distance in sighting.to_first):
        return "face.changed"
    if not facing or not all(distance <= model.threshold for distance in facing):
        return "face.no-match"
    return None


def _straight(reading: Reading, rule: TurnRule, first: Reading | None) -> str | None:
    middle = first.turn if first is not None else 0.0
    return "face.turned" if abs(reading.turn - middle) > rule.straight else None


def _orders(count: int) -> list[tuple[Pose, ...]]:
    orders: list[tuple[Pose, ...]] = [(Pose.STRAIGHT,)]
    for _ in range(count):
        orders = [(*order, pose) for order in orders for pose in Pose if pose is not order[-1]]
    return [order for order in orders if TURNS & set(order)]
