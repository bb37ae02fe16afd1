"""The front of a virtual card as a picture, for who practises to look at and to photograph: all of it from the chip."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from kaijo.card.files import Application, Surface
from kaijo.card.tlv import find
from kaijo.virtualcard.identity import Sex, printed_date
from kaijo.virtualcard.image import CardImage
from kaijo.virtualcard.pictures import japanese_font

SIZE = (1012, 638)
"""An ID-1 card [ISO/IEC 7810] at 300 dots per inch."""

_PAPER, _INK, _FRAME, _CORNER = "#f3f1ec", "#23262b", "#8a8f98", 36
_PHOTO = (52, 160, 284, 450)
_RIGHT = 332
_LARGER = 1.6
_CODE_DIGITS = 4

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def front(image: CardImage) -> bytes:
    """Return the front as PNG, 1012 x 638: name, address, photo, date of birth, expiry and security code.

    It says that it is for practice and looks like no real card. Where the machine has no Japanese font, the words are
    English and dates are written in figures.
    """
    surface = image.directories[Application.SURFACE]
    face = surface.files[Surface.CARD_FACE].content
    code = (surface.pins[Surface.CODE_B].value or b"").decode("ascii")
    sheet = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(sheet)
    pen.rounded_rectangle((4, 4, SIZE[0] - 5, SIZE[1] - 5), _CORNER, fill=_PAPER, outline=_FRAME, width=4)
    _paste(sheet, find(face, 0xFF20, 0xDF25), (_RIGHT, 62))
    _paste(sheet, find(face, 0xFF20, 0xDF26), (_RIGHT, 122))
    with Image.open(BytesIO(find(face, 0xFF20, 0xDF27))) as photo:
        size = (_PHOTO[2] - _PHOTO[0], _PHOTO[3] - _PHOTO[1])
        sheet.paste(photo.convert("RGB").resize(size, Image.Resampling.LANCZOS), _PHOTO[:2])
    for at, size_of_text, text in _texts(face, code[-_CODE_DIGITS:]):
        pen.text(at, text, fill=_INK, font=_font(size_of_text))
    out = BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def _texts(face: bytes, security_code: str) -> Iterator[tuple[tuple[int, int], int, str]]:
    """Yield what is printed: where, how large, what."""
    born = _day(find(face, 0xFF20, 0xDF22))
    expires = _day(find(face, 0xFF20, 0xDF29))
    male = find(face, 0xFF20, 0xDF23).decode() == Sex.MALE.digit
    if japanese_font(1) is None:
        yield (52, 50), 30, "Practice card"
        yield (_RIGHT, 262), 34, f"Born {born:%Y-%m-%d}  {'male' if male else 'female'}"
        yield (_RIGHT, 386), 34, f"Valid until {expires:%Y-%m-%d}"
    else:
        yield (52, 50), 30, "練習用カード"
        yield (_RIGHT, 262), 36, f"{printed_date(born)}生"
        yield (_RIGHT + 440, 262), 36, f"性別 {'男' if male else '女'}"
        yield (_RIGHT, 386), 36, f"{expires.year}年{expires.month}月{expires.day}日まで有効"
        yield (52, 478), 24, "セキュリティコード"
    yield (52, 516), 44, security_code


def _paste(sheet: Image.Image, png: bytes, at: tuple[int, int]) -> None:
    """Paste what the chip has as a picture of text, enlarged as far as the card is wide."""
    with Image.open(BytesIO(png)) as text:
        factor = min(_LARGER, (SIZE[0] - at[0] - 40) / text.width)
        size = (round(text.width * factor), round(text.height * factor))
        shown = text.convert("L").resize(size, Image.Resampling.LANCZOS)
    sheet.paste(_INK, at, shown.point(lambda light: 255 - light))


def _font(size: int) -> Font:
    return japanese_font(size) or ImageFont.load_default(size)


def _day(digits: bytes) -> date:
    return date.fromisoformat(digits.decode("ascii"))
