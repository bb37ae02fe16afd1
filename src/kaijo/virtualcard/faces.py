"""The photo on the chip: a face that we draw ourselves, so that it is nobody's, from the holder's seed."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from kaijo.errors import UsageProblem
from kaijo.virtualcard.draw import Draw
from kaijo.virtualcard.identity import Sex

SIZE = (240, 320)
_RATIO = 24  # about 3 KiB for 240 x 320 in 8-bit grey
_SMOOTH = 3  # drawn this much larger, then reduced
_GREY_HAIR_AGE = 60

Box = tuple[float, float, float, float]


def photo(seed: int, age: int, sex: Sex) -> bytes:
    """Return the holder's photo as the card has it: a greyscale JPEG 2000 file (JP2), well below 12 KiB."""
    return _encoded(face(seed, age, sex))


def photo_of(picture: Path) -> bytes:
    """Return a photograph as the card would have it, as `photo`: its middle, in grey, 240 x 320.

    So that who practises can stand before the camera as the card's holder. Raises UsageProblem `usage.photo` (path).
    """
    try:
        with Image.open(picture) as taken:
            upright = ImageOps.exif_transpose(taken).convert("L")
        return _encoded(ImageOps.fit(upright, SIZE, Image.Resampling.LANCZOS))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UsageProblem("usage.photo", path=str(picture)) from None


def face(seed: int, age: int, sex: Sex) -> Image.Image:
    """Return the drawing, 240 x 320 in 8-bit grey: head, hair, eyes, brows, nose, mouth, shoulders, perhaps glasses.

    The same arguments give the same pixels with the same Pillow.
    """
    sketch = _Sketch(Draw(seed, "face"))
    hair = sketch.draw.between(145, 165) if age >= _GREY_HAIR_AGE else sketch.draw.between(25, 80)
    if sex is Sex.FEMALE:
        sketch.long_hair(hair)
    sketch.shoulders()
    sketch.head(hair)
    if sketch.draw.below(2) == 0:
        sketch.fringe(hair)
    sketch.eyes(hair - 20)
    sketch.nose_and_mouth()
    if sketch.draw.below(3) == 0:
        sketch.glasses()
    if age >= _GREY_HAIR_AGE:
        sketch.lines_of_age()
    return sketch.finished()


def _encoded(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG2000", quality_mode="rates", quality_layers=[_RATIO])
    return out.getvalue()


class _Sketch:
    """A face in the making. Coordinates are in the finished picture's pixels; the centre line is x = 120."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self._picture = Image.new("L", (SIZE[0] * _SMOOTH, SIZE[1] * _SMOOTH), draw.between(215, 235))
        self._pen = ImageDraw.Draw(self._picture)
        self._half = draw.between(62, 72)  # half the width of the face
        self._top, self._chin = draw.between(70, 80), draw.between(232, 246)
        self._skin = draw.between(178, 202)
        self._eye_y = draw.between(150, 160)
        self._eye_x = draw.between(27, 32)

    def shoulders(self) -> None:
        shirt = self.draw.between(60, 130)
        self._ellipse((12, 262, 228, 420), shirt)
        self._ellipse((86, 210, 154, 290), self._skin - 14)

    def long_hair(self, shade: int) -> None:
        length = self.draw.between(225, 285)
        sides = self._scaled((110 - self._half, self._top + 10, 130 + self._half, length))
        self._pen.rounded_rectangle(sides, radius=40 * _SMOOTH, fill=shade)

    def head(self, hair: int) -> None:
        for side in (-1, 1):
            ear = 120 + side * self._half
            self._ellipse((ear - 9, 150, ear + 9, 186), self._skin - 10)
        self._ellipse((113 - self._half, self._top - 28, 127 + self._half, 200), hair)
        hairline = self._top + self.draw.between(8, 24)
        self._ellipse((120 - self._half, hairline, 120 + self._half, self._chin), self._skin)

    def fringe(self, shade: int) -> None:
        side = self.draw.pick((-1, 1))
        edge = 120 + side * (self._half - 4)
        sweep = (
            edge,
            self._eye_y - 22,
            edge,
            self._top + 34,
            120 + side * 30,
            self._top,
            120 - side * 40,
            self._top + 4,
            120 - side * 34,
            112,
        )
        self._pen.polygon(self._scaled(sweep), fill=shade)

    def eyes(self, hair: int) -> None:
        height, tilt = self.draw.between(6, 9), self.draw.between(-3, 3)
        for side in (-1, 1):
            x, y = 120 + side * self._eye_x, self._eye_y
            self._ellipse((x - 13, y - height, x + 13, y + height), 245)
            self._ellipse((x - 6, y - height, x + 6, y + height), 35)
            self._ellipse((x - 3, y - height + 2, x + 1, y - height + 6), 240)
            self._line((x - 15, y - 21 + side * tilt, x + 15, y - 21 - side * tilt), hair, 4)

    def nose_and_mouth(self) -> None:
        shade, length, width = self._skin - 45, self.draw.between(24, 34), self.draw.between(18, 26)
        base = self._eye_y + length
        self._line((120, self._eye_y + 6, 113, base, 124, base), shade, 2)
        mouth = (base + self._chin) / 2 - 4
        smile = self.draw.between(4, 12)
        self._pen.arc(
            self._scaled((120 - width, mouth - smile, 120 + width, mouth + smile)), 10, 170, fill=90, width=3 * _SMOOTH
        )

    def glasses(self) -> None:
        for side in (-1, 1):
            x = 120 + side * self._eye_x
            frame = self._scaled((x - 21, self._eye_y - 15, x + 21, self._eye_y + 16))
            self._pen.rounded_rectangle(frame, radius=9 * _SMOOTH, outline=40, width=2 * _SMOOTH)
        self._line((120 - self._eye_x + 21, self._eye_y - 3, 120 + self._eye_x - 21, self._eye_y - 3), 40, 2)

    def lines_of_age(self) -> None:
        for y in (self._top + 46, self._top + 54):
            self._line((98, y, 142, y), self._skin - 22, 1)
        for side in (-1, 1):
            x = 120 + side * 34
            self._line((x - side * 6, self._eye_y + 34, x, self._eye_y + 52), self._skin - 30, 2)

    def finished(self) -> Image.Image:
        return self._picture.resize(SIZE, Image.Resampling.LANCZOS)

    def _ellipse(self, box: Box, shade: int) -> None:
        self._pen.ellipse(self._scaled(box), fill=shade)

    def _line(self, points: tuple[float, ...], shade: int, width: int) -> None:
        self._pen.line(self._scaled(points), fill=shade, width=width * _SMOOTH, joint="curve")

    def _scaled(self, points: tuple[float, ...]) -> list[float]:
        return [point * _SMOOTH for point in points]
