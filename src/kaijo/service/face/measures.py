"""What is wrong with a picture of a face, in the words of guidance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kaijo.facts.face import quality_rule
from kaijo.reset.face_ports import Reading
from kaijo.service.face.pictures import Pixels, grey

Floats = NDArray[np.float64]

# Parts of the aligned face (150 x 150): without hair and background; around the eyes; where a mask or hand would lie.
_CORE: Final = (slice(20, 140), slice(20, 130))
_UPPER: Final = (slice(30, 80), slice(30, 120))
_LOWER: Final = (slice(95, 140), slice(45, 105))
_PLAIN_STEP, _PLAIN_SHARE, _PLAINER = 3.0, 0.6, 1.5


@dataclass(frozen=True, slots=True)
class Box:
    """Where the detector sees a face, in pixels, and how sure it is: above 0 it is, a little below it may be."""

    left: int
    top: int
    right: int
    bottom: int
    score: float

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture. `points`: outer and inner corner of its left eye, of its right eye, base of the nose.

    `chip` is the face alone, upright, 150 x 150.
    """

    box: Box
    points: Floats
    chip: Pixels

    @property
    def eyes(self) -> Floats:
        """The way from the outer corner of the right eye to that of the left, in pixels."""
        return np.asarray(self.points[0] - self.points[2])


def read(pixels: Pixels, face: Face, others: list[Box]) -> Reading:
    """Return the reading of a picture with a face in it."""
    rule = quality_rule()
    span = float(np.hypot(*face.eyes))
    along = face.eyes / span
    turn = 2 * float((face.points[4] - face.points[2]) @ along) / span - 1
    size = span / min(pixels.shape[:2])
    luma = grey(pixels)
    bright, around, unrest = _light(luma, face.box)
    wrong = {
        "face.two-faces": any(other.width >= rule.second * face.box.width for other in others),
        "face.too-dark": bright < rule.dark,
        "face.backlit": bright < rule.backlit_face and around > rule.backlit_ratio * bright,
        "face.too-far": size < rule.least_size,
        "face.too-near": size > rule.most_size,
        "face.blurred": _sharpness(face.chip) < rule.sharp,
        "face.tilted": abs(float(np.degrees(np.arctan2(along[1], along[0])))) > rule.tilt_degrees,
        "face.busy-background": unrest > rule.busy,
    }
    return Reading(tuple(code for code, held in wrong.items() if held), turn, size)


def is_mouth_covered(face: Face) -> bool:
    """Return whether the lower face is plain, as cloth is and a mouth is not, and plainer than the eyes.

    To be asked of a face that the detector doubts: without its mouth it is sure of none.
    """
    luma = grey(face.chip)
    upper, lower = (_plainness(luma[part]) for part in (_UPPER, _LOWER))
    return lower > _PLAIN_SHARE and lower > _PLAINER * upper


def _plainness(luma: Floats) -> float:
    down, right = np.gradient(luma)
    return float((np.hypot(down, right) < _PLAIN_STEP).mean())


def _light(luma: Floats, box: Box) -> tuple[float, float, float]:
    """Return the mean luma of the face, that of what is beside it, and how much the latter changes."""
    top, left = max(box.top, 0), max(box.left, 0)
    inside = luma[top : box.bottom, left : box.right]
    margin = box.width // 4
    beside = np.ones(luma.shape, dtype=bool)
    beside[:, max(0, left - margin) : box.right + margin] = False
    beside[box.bottom :] = False  # clothes are no background
    if not beside.any():
        return float(inside.mean()), float(inside.mean()), 0.0
    down, right = np.gradient(luma)
    return float(inside.mean()), float(luma[beside].mean()), float(np.hypot(down, right)[beside].mean())


def _sharpness(chip: Pixels) -> float:
    """Return the share of fine detail in the contrast of the face."""
    core = grey(chip)[_CORE]
    fine = core[1:-1, :-2] + core[1:-1, 2:] + core[:-2, 1:-1] + core[2:, 1:-1] - 4 * core[1:-1, 1:-1]
    return float(fine.std() / max(core.std(), 1.0))
