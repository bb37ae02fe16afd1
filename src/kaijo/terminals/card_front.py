"""What is printed on the card's front, read from a photograph of it; the holder compares it before it is used.

The reader is the program `tesseract` beside us. A picture goes to it through a pipe: it is never on a disk.
"""

import os
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from shutil import which
from threading import Lock
from time import monotonic
from typing import Final

from PIL import Image, ImageOps

from kaijo.errors import Refused
from kaijo.facts.card_front import FrontRule, front_rule

FIELDS: Final = ("era", "year", "month", "day", "expiry", "security")

_ERAS: Final = {"昭和": "showa", "平成": "heisei", "令和": "reiwa", "大正": "taisho", "明治": "meiji"}
_BIRTH: Final = re.compile(rf"({'|'.join(_ERAS)}|)(\d{{1,4}}|元)年(\d{{1,2}})月(\d{{1,2}})日生")
_EXPIRY: Final = re.compile(r"(20\d\d)年\d{1,2}月\d{1,2}日(?:まで|有効)")
_SECURITY: Final = re.compile(r"(?:コード)?(\d{4})")
_WESTERN: Final = 4  # digits in the year on the cards of foreign residents
# How a photograph may lie, in degrees: as it should, a little askew, on its side, on its head.
_TURNED, _ASKEW = (0, 90, 270, 180), (-7, 7)
_SPARSE: Final = ("--psm", "11")
_WORDS: Final = ("-l", "jpn", *_SPARSE)
_NUMBERS: Final = ("-l", "eng", *_SPARSE, "-c", "tessedit_char_whitelist=0123456789")
_PAPER: Final = 128
_MEGA: Final = 1_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
# One at a time: unpacked pictures are large, and reading keeps a processor busy.
_reading = Lock()


def read_front(picture: bytes) -> Mapping[str, str]:
    """Return what could be read of `FIELDS`, at least one of them; digits plain, the era by its English name.

    `picture` is a JPEG, PNG or WebP of a card's front. What is read may be wrong: it is to be compared with the card.
    Raises Refused `front.too-large` (megabytes), `front.no-picture`, `front.no-program`, `front.nothing-read`.
    """
    rule = front_rule()
    if len(picture) > rule.most_bytes:
        raise Refused("front.too-large", megabytes=rule.most_bytes // _MEGA)
    if (program := which("tesseract")) is None:
        raise Refused("front.no-program")
    with _reading:
        found = _Reader(program, _sheet(picture, rule), monotonic() + rule.time.total_seconds()).read()
    if not found:
        raise Refused("front.nothing-read")
    return found


class _Reader:
    """One photograph, looked at from all sides until everything is read or the time is up."""

    def __init__(self, program: str, sheet: Image.Image, until: float) -> None:
        self._program = program
        self._sheet = sheet
        self._until = until

    def read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        turn = 0
        for turn in _TURNED:
            if found := _printed(self._text(turn, _WORDS)):
                break
        turn = turn if found else 0
        for angle, how in (*((turn + askew, _WORDS) for askew in _ASKEW), (turn, _NUMBERS)):
            if len(found) < len(FIELDS) and (found or how is _WORDS):
                found = {**_printed(self._text(angle, how)), **found}
        # Four digits alone are on many a paper: without one of the dates it was no card's front.
        return found if {"year", "expiry"} & found.keys() else {}

    def _text(self, angle: int, how: Sequence[str]) -> str:
        """Return what is written on the sheet turned by `angle` degrees, nothing once the time is up."""
        left = self._until - monotonic()
        if left <= 0:
            return ""
        out = BytesIO()
        self._sheet.rotate(angle, Image.Resampling.BILINEAR, expand=True, fillcolor=_PAPER).save(out, "PPM")
        try:
            done = subprocess.run(
                [self._program, "stdin", "stdout", *how],
                input=out.getvalue(),
                capture_output=True,
                check=True,
                timeout=left,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.TimeoutExpired:
            return ""
        except (OSError, subprocess.CalledProcessError) as broken:  # without its Japanese data, for one
            raise Refused("front.no-program") from broken
        return done.stdout.decode("utf-8", "replace")


def _sheet(picture: bytes, rule: FrontRule) -> Image.Image:
    """Return the picture upright, grey, rich in contrast, its longer side as the reader likes it."""
    try:
        with Image.open(BytesIO(picture), formats=_FORMATS) as taken:
            # Sizes are known before a pixel is unpacked: a small file may claim to be a huge picture.
            claimed = taken.width * taken.height
            taken.draft("L", (rule.read_side, rule.read_side))  # a JPEG can be unpacked smaller than it is
            fits = claimed <= rule.most_claimed and taken.width * taken.height <= rule.most_unpacked
            fits = fits and min(taken.size) >= rule.least_side
            sheet = ImageOps.exif_transpose(taken.convert("L")) if fits else None
    # No list of what decoders may raise on hostile bytes is ever whole.
    except Exception as unreadable:
        raise Refused("front.no-picture") from unreadable
    if sheet is None:
        raise Refused("front.no-picture")
    factor = rule.read_side / max(sheet.size)
    width, height = (max(1, round(side * factor)) for side in sheet.size)
    return ImageOps.autocontrast(sheet.resize((width, height), Image.Resampling.LANCZOS), cutoff=1)


def _printed(text: str) -> dict[str, str]:
    """Return what of the fields the text has; a field that is there twice, and differs, is not known."""
    lines = ["".join(unicodedata.normalize("NFKC", line).split()) for line in text.splitlines()]
    found: dict[str, str] = {}
    if birth := _only(_BIRTH.search(line) for line in lines):
        era, year, month, day = birth.groups()
        found |= {"year": "1" if year == "元" else str(int(year)), "month": str(int(month)), "day": str(int(day))}
        if era or len(year) == _WESTERN:
            found["era"] = _ERAS.get(era, "gregorian")
    if expiry := _only(_EXPIRY.search(line) for line in lines):
        found["expiry"] = expiry[1]
    if security := _only(_SECURITY.fullmatch(line) for line in lines):
        found["security"] = security[1]
    return found


def _only(matches: Iterable[re.Match[str] | None]) -> re.Match[str] | None:
    """Return the match where there is one alone, or all say the same."""
    there = [match for match in matches if match]
    return there[0] if len({match.groups() for match in there}) == 1 else None
