"""Whether two pictures could be two views of one flat thing, such as a print that was tilted.

The one is laid over the other by the best homography, found by Gauss-Newton on the pixels around eyes and nose. Views
of a plane then agree almost everywhere; a head that turned does not, since nose and cheeks moved by their depth.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from kaijo.service.face.measures import Face
from kaijo.service.face.pictures import Pixels, grey

Floats = NDArray[np.float64]

_SIDE: Final = 64
_BLURS: Final = (1 / 14, 1 / 28)  # of the distance of the eyes: coarse first, or it would get caught in detail
_STEPS: Final = 20
_STILL: Final = 1e-3
_DAMPING: Final = 1e-4


def likeness(pixels: Pixels, face: Face, other: Pixels, seen: Face) -> float:
    """Return the correlation, from -1 to 1, of two faces after the one was laid over the other as if it were flat."""
    span = float(np.hypot(*face.eyes))
    place = _patch(face, span)
    warp = _guess(face.points, seen.points) @ place
    result = -1.0
    for share in _BLURS:
        ours, theirs = _blurred(pixels, share * span), _blurred(other, share * span)
        target = _unit(_sample(ours, place))
        for _ in range(_STEPS):
            step = _step(_sample(theirs, warp), target)
            warp = warp @ step
            warp /= warp[2, 2]
            if np.abs(step - np.eye(3)).max() < _STILL:
                break
        result = float(target @ _unit(_sample(theirs, warp)))
    return result


def _grid() -> Floats:
    rows, columns = np.mgrid[0:_SIDE, 0:_SIDE]
    flat = np.stack([columns.ravel(), rows.ravel()]) + 0.5
    return np.vstack([flat / _SIDE * 2 - 1, np.ones(_SIDE * _SIDE)])


_GRID: Final = _grid()


def _patch(face: Face, span: float) -> Floats:
    """Return the map from the square [-1, 1] to the part of the picture around eyes and nose."""
    along = face.eyes / span
    down = np.array([-along[1], along[0]])
    middle = (face.points[0] + face.points[2]) / 2 + 0.35 * span * down
    half = 0.95 * span
    return np.array([[*(along * half), 0.0], [*(down * half), 0.0], [*middle, 1.0]]).T


def _guess(points: Floats, seen: Floats) -> Floats:
    """Return the affine map that brings the five points nearest to the others."""
    known = np.hstack([points, np.ones((len(points), 1))])
    affine = np.linalg.lstsq(known, seen, rcond=None)[0]
    return np.vstack([affine.T, [0.0, 0.0, 1.0]])


def _blurred(pixels: Pixels, radius: float) -> Floats:
    picture = Image.fromarray(grey(pixels).round().astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(picture, dtype=np.float64)


def _sample(luma: Floats, warp: Floats) -> Floats:
    across, down, depth = warp @ _GRID
    height, width = luma.shape
    x = np.clip(across / depth, 0, width - 1.001)
    y = np.clip(down / depth, 0, height - 1.001)
    left, top = x.astype(int), y.astype(int)
    dx, dy = x - left, y - top
    upper = luma[top, left] * (1 - dx) + luma[top, left + 1] * dx
    lower = luma[top + 1, left] * (1 - dx) + luma[top + 1, left + 1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy)


def _unit(values: Floats) -> Floats:
    centred = values - values.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-9))


def _step(values: Floats, target: Floats) -> Floats:
    """Return the homography near the identity that brings the sampled values nearer to the target."""
    down, right = (part.ravel() for part in np.gradient(values.reshape(_SIDE, _SIDE), 2 / _SIDE))
    x, y, _ = _GRID
    radial = right * x + down * y
    columns = [right * x, right * y, right, down * x, down * y, down, -radial * x, -radial * y]
    unit = _unit(values)
    slopes = np.stack(columns, axis=1) / max(float(np.linalg.norm(values - values.mean())), 1e-9)
    slopes -= slopes.mean(axis=0)
    slopes -= np.outer(unit, unit @ slopes)  # light and contrast may differ; they tell nothing of shape
    normal = slopes.T @ slopes
    damped = normal + _DAMPING * np.trace(normal) / 8 * np.eye(8) + 1e-12 * np.eye(8)
    move = np.linalg.solve(damped, slopes.T @ (target - unit))
    return np.array([[1 + move[0], move[1], move[2]], [move[3], 1 + move[4], move[5]], [move[6], move[7], 1.0]])
