"""Pictures on the chip that carry text: 1-bit PNG, as printed on the card."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

# Japanese fonts by file name, as Debian, Windows and macOS install them; Pillow looks in the system's font folders.
_FONTS = (
    "ipaexg.ttf",
    "ipag.ttf",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKjp-Regular.otf",
    "TakaoGothic.ttf",
    "VL-Gothic-Regular.ttf",
    "msgothic.ttc",
    "ヒラギノ角ゴシック W3.ttc",
)
_SIZE = 20
_LINE_LENGTH = 20


def text_png(text: str, romaji: str) -> bytes:
    """Return `text` as a 1-bit PNG, black on white, in lines of 20 characters.

    Where the machine has none of the usual Japanese fonts, the picture shows `romaji` in Pillow's own font instead.
    """
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont | None = japanese_font(_SIZE)
    if font is None:
        font, text, length = ImageFont.load_default(_SIZE), romaji, 2 * _LINE_LENGTH
    else:
        length = _LINE_LENGTH
    lines = [text[at : at + length] for at in range(0, len(text), length)]
    height = _SIZE + _SIZE // 4
    width = max(round(font.getlength(line)) for line in lines)
    return _png(lines, font, (width, height * len(lines)), height)


def digits_png(digits: str) -> bytes:
    """Return digits as a 1-bit PNG, six pixels wide each and twelve high: 72 x 12 for an individual number."""
    return _png([digits], ImageFont.load_default_imagefont(), (6 * len(digits), 12), 12)


@cache
def japanese_font(size: int) -> ImageFont.FreeTypeFont | None:
    """Return a Japanese font of this machine, None where it has none of the usual ones."""
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


def _png(
    lines: Sequence[str],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    size: tuple[int, int],
    height: int,
) -> bytes:
    picture = Image.new("1", size, 1)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((0, number * height), line, fill=0, font=font)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
