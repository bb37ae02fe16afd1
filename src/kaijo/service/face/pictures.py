"""Pictures from outside become pixels here, or a refusal."""

from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kaijo.errors import Refused
from kaijo.facts.face import quality_rule

Pixels = NDArray[np.uint8]
"""Height x width x 3, RGB."""

LONG_SIDE: Final = 640
"""Every picture is brought to this length of its longer side, so that measures mean the same in each."""

_CAMERA: Final = ("JPEG", "PNG", "WEBP")
_CHIP: Final = ("JPEG2000",)


def from_camera(raw: bytes) -> Pixels:
    """Return the pixels of a JPEG, PNG or WebP picture. Raises Refused `face.bad-picture`."""
    rule = quality_rule()
    return _pixels(raw, _CAMERA, least=rule.least_side, code="face.bad-picture")


def from_chip(raw: bytes) -> Pixels:
    """Return the pixels of a JPEG 2000 photo. Raises Refused `face.photo-unreadable`."""
    return _pixels(raw, _CHIP, least=1, code="face.photo-unreadable")


def grey(pixels: Pixels) -> NDArray[np.float64]:
    """Return the luma of every pixel, 0 to 255 [ITU-R BT.601]."""
    return np.asarray(pixels @ np.array([0.299, 0.587, 0.114]), dtype=np.float64)


def _pixels(raw: bytes, formats: tuple[str, ...], *, least: int, code: str) -> Pixels:
    rule = quality_rule()
    try:
        with Image.open(BytesIO(raw), formats=formats) as picture:
            # The size is known before a pixel is unpacked: a small file may claim to be a huge picture.
            fits = len(raw) <= rule.most_bytes and least <= min(picture.size) <= max(picture.size) <= rule.most_side
            scaled = _scaled(picture) if fits else None
    # No list of what decoders may raise on hostile bytes is ever whole.
    except Exception as unreadable:
        raise Refused(code) from unreadable
    if scaled is None:
        raise Refused(code)
    return np.asarray(scaled, dtype=np.uint8)


def _scaled(picture: Image.Image) -> Image.Image:
    factor = LONG_SIDE / max(picture.size)
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return picture.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
