"""A card as somebody photographs it: on a table, from some way off, slanted, turned, blurred, in bad light."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from io import BytesIO

from PIL import Image, ImageEnhance, ImageFilter

from kaijo.facts.book import fact, use

_TABLE = (96, 82, 70)
_WIDTH, _HEIGHT = 2400, 1800


@dataclass(frozen=True)
class Taken:
    """How a picture is taken: share of its width that the card fills, degrees, how slanted, blurred (pixels), light."""

    fill: float = 0.8
    angle: float = 0.0
    slant: float = 0.0
    blur: float = 0.0
    light: float = 1.0


def patience() -> AbstractContextManager[None]:
    """Return a block in which a busy machine may take its time to read."""
    row = fact("card-front-photo")
    return use({row.id: replace(row, value={**row.take(dict), "seconds": 900})})


def photograph(front: bytes, how: Taken) -> bytes:
    """Return the picture of a card's front as JPEG."""
    card = Image.open(BytesIO(front)).convert("RGB")
    width = round(_WIDTH * how.fill)
    card = card.resize((width, round(card.height * width / card.width)), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", (_WIDTH, _HEIGHT), _TABLE)
    sheet.paste(card, ((_WIDTH - card.width) // 2, (_HEIGHT - card.height) // 2))
    if how.slant:
        off = how.slant * _WIDTH
        corners = (
            *(-off, -off / 3, off / 2, _HEIGHT + off / 5),
            *(_WIDTH - off / 5, _HEIGHT - off / 10, _WIDTH + off / 10, off / 5),
        )
        sheet = sheet.transform(sheet.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=_TABLE)
    sheet = sheet.rotate(how.angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_TABLE)
    sheet = ImageEnhance.Brightness(sheet.filter(ImageFilter.GaussianBlur(how.blur))).enhance(how.light)
    out = BytesIO()
    sheet.save(out, "JPEG", quality=85)
    return out.getvalue()
