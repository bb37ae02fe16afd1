"""Pictures of two heads, rendered from the photographs that two developer packages carry; none is kept here.

Eileen Collins (scikit-image) and Grace Hopper (Matplotlib), taken for agencies of the United States, public domain.
A turned head is the photograph laid on a head's shape and seen from the side: what is nearer moves further. So poses
have real parallax, but one light and one expression: such pictures do not say how well the matcher does on people.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float64]
WIDTH, HEIGHT = 640, 480
WALL = (150, 160, 170)


@dataclass(frozen=True)
class Source:
    """Where a photograph lies, the part that is used, and in it the outer corners of the eyes and the nose's base."""

    package: str
    path: str
    part: tuple[int, int, int, int]
    right_eye: tuple[float, float]
    left_eye: tuple[float, float]
    nose: tuple[float, float]


SOURCES = {
    "collins": Source("skimage", "data/astronaut.png", (90, 0, 370, 300), (105, 101), (165, 104), (134, 135)),
    "hopper": Source(
        "matplotlib", "mpl-data/sample_data/grace_hopper.jpg", (60, 0, 460, 430), (146, 197), (262, 187), (212, 252)
    ),
}


@dataclass(frozen=True, eq=False)
class Head:
    """A head before a plain wall, 640 x 480, and where its face is."""

    pixels: Floats
    right_eye: Floats
    left_eye: Floats
    nose: Floats

    @property
    def span(self) -> float:
        return float(np.hypot(*(self.left_eye - self.right_eye)))

    @property
    def middle(self) -> Floats:
        return np.asarray((self.left_eye + self.right_eye) / 2)

    def below(self, share: float) -> Floats:
        """Return the point that far below the middle of the eyes, in parts of their distance."""
        return np.asarray(self.middle + np.array([0.0, share * self.span]))

    def straight(self) -> Image.Image:
        return _image(self.pixels)

    def turned(self, degrees: float) -> Image.Image:
        """Turn the head, to its own left for positive degrees."""
        return _turned(self, degrees)

    def _turn(self, degrees: float) -> Image.Image:
        centre = self.below(0.25)
        radius, angle = 0.95 * self.span, np.radians(degrees)
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
        across, down = columns - centre[0], rows - centre[1]
        nose = self.nose - centre

        def depth(x: Floats) -> Floats:
            ball = np.sqrt(np.clip(1 - (x / radius) ** 2 - (down / (1.35 * radius)) ** 2, 0, None))
            below = down - nose[1]
            ridge = (x - nose[0]) ** 2 / (0.16 * self.span) ** 2 + np.where(
                below < 0, (below / (0.38 * self.span)) ** 2, (below / (0.12 * self.span)) ** 2
            )
            return np.asarray(radius * (ball - 0.6) + 0.22 * self.span * np.exp(-ridge))

        x = across / np.cos(angle)
        for _ in range(12):
            x = (x + (across - depth(x) * np.sin(angle)) / np.cos(angle)) / 2
        return _image(_sample(self.pixels, x + centre[0], rows))

    def nearer(self, factor: float) -> Image.Image:
        """Bring the camera nearer, or further away for a factor below 1."""
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
        middle = self.middle
        return _image(
            _sample(self.pixels, (columns - middle[0]) / factor + middle[0], (rows - middle[1]) / factor + middle[1])
        )

    def masked(self, colour: tuple[int, int, int]) -> Image.Image:
        picture = self.straight()
        x, y = self.middle
        shape = [(-0.75, 0.35), (0, 0.28), (0.75, 0.35), (0.62, 1.1), (0, 1.4), (-0.62, 1.1)]
        outline = [(float(x + dx * self.span), float(y + dy * self.span)) for dx, dy in shape]
        ImageDraw.Draw(picture).polygon(outline, fill=colour)
        return picture.filter(ImageFilter.GaussianBlur(1))


@cache
def _turned(one: Head, degrees: float) -> Image.Image:
    return one._turn(degrees)


@cache
def head(name: str) -> Head:
    source = SOURCES[name]
    spec = find_spec(source.package)
    assert spec is not None
    assert spec.origin is not None
    with Image.open(Path(spec.origin).parent / source.path) as whole:
        part = whole.convert("RGB").crop(source.part)
    scale = HEIGHT / part.height
    part = part.resize((round(part.width * scale), HEIGHT), Image.Resampling.LANCZOS)
    room = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    left = (WIDTH - part.width) // 2
    room.paste(part, (left, 0))
    points = [np.array([x * scale + left, y * scale]) for x, y in (source.right_eye, source.left_eye, source.nose)]
    return Head(np.asarray(room, dtype=float), *points)


def tilted(picture: Image.Image, yaw: float, pitch: float) -> Image.Image:
    """Return the picture as a flat print, turned and tipped in the hand before the camera."""
    width, height = picture.size
    a, b = np.radians(yaw), np.radians(pitch)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    tip = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    far = 3.0 * width
    place = turn @ tip @ np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 0]])
    place[2, 2] += far
    back = np.linalg.inv(np.array([[far, 0, width / 2], [0, far, height / 2], [0, 0, 1]]) @ place)
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        [float(part) for part in (back / back[2, 2]).ravel()[:8]],
        Image.Resampling.BILINEAR,
        fillcolor=WALL,
    )


def jpeg(picture: Image.Image, *, seed: int = 0, light: float = 1.0, quality: int = 88) -> bytes:
    """Return the picture as a camera gives it: with its noise, in this light."""
    noise = np.random.default_rng(seed).normal(0, 3, (picture.height, picture.width, 3))
    out = BytesIO()
    _image(np.asarray(picture, dtype=float) * light + noise).save(out, "JPEG", quality=quality)
    return out.getvalue()


@cache
def chip_photo(name: str) -> bytes:
    """Return the photo as the card's chip has it: 240 x 320, grey, JPEG 2000, other in light than the pictures."""
    one = head(name)
    x, y = one.below(0.3)
    half = 1.45 * one.span
    box = (round(x - half), round(y - half * 4 / 3), round(x + half), round(y + half * 4 / 3))
    photo = one.straight().crop(box).convert("L").resize((240, 320), Image.Resampling.LANCZOS)
    out = BytesIO()
    photo.point([min(255, round(12 + level * 0.93)) for level in range(256)]).save(
        out, "JPEG2000", quality_mode="rates", quality_layers=[12]
    )
    return out.getvalue()


def posed(name: str, poses: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return one picture for each pose, as the holder would take them."""
    one = head(name)
    return tuple(_taken(one, pose, number) for number, pose in enumerate(poses))


@cache
def _taken(one: Head, pose: str, seed: int) -> bytes:
    turned = {"left": 26, "right": -26}
    if pose in turned:
        return jpeg(one.turned(turned[pose]), seed=seed)
    return jpeg(one.nearer(1.35) if pose == "closer" else one.straight(), seed=seed)


def _image(pixels: Floats) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _sample(pixels: Floats, x: Floats, y: Floats) -> Floats:
    x, y = np.clip(x, 0, WIDTH - 1.001), np.clip(y, 0, HEIGHT - 1.001)
    left, top = x.astype(int), y.astype(int)
    dx, dy = (x - left)[..., None], (y - top)[..., None]
    upper = pixels[top, left] * (1 - dx) + pixels[top, left + 1] * dx
    lower = pixels[top + 1, left] * (1 - dx) + pixels[top + 1, left + 1] * dx
    return np.asarray(upper * (1 - dy) + lower * dy)
