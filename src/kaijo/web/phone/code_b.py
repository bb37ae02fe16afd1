"""Code B as the holder reads it off the card's front: checked for sense before anything is sent to the card."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import Enum, unique
from typing import Final

from kaijo.errors import GuardRefused

Wrong = dict[str, GuardRefused]


@unique
class Era(Enum):
    """How the year of birth is printed, the likeliest first. The cards of foreign residents have the Western year."""

    SHOWA = "showa"
    HEISEI = "heisei"
    REIWA = "reiwa"
    TAISHO = "taisho"
    MEIJI = "meiji"
    GREGORIAN = "gregorian"


# First day and last day of each, and how far the Western year is ahead of the era's.
_SPANS: Final[Mapping[Era, tuple[date, date, int]]] = {
    Era.MEIJI: (date(1868, 1, 25), date(1912, 7, 29), 1867),
    Era.TAISHO: (date(1912, 7, 30), date(1926, 12, 24), 1911),
    Era.SHOWA: (date(1926, 12, 25), date(1989, 1, 7), 1925),
    Era.HEISEI: (date(1989, 1, 8), date(2019, 4, 30), 1988),
    Era.REIWA: (date(2019, 5, 1), date.max, 2018),
    Era.GREGORIAN: (date(1868, 1, 25), date.max, 0),
}
_SIZE = 4


def read_code_b(fields: Mapping[str, str], *, today: date, expiry: date | None) -> tuple[str, Wrong]:
    """Return the 14 digits that the fields make [card notes 4], and what is wrong with them, by field.

    `expiry` is what the card itself said. The digits mean nothing while anything is wrong.
    """
    wrong: Wrong = {}
    birth = _birth(fields, today)
    if birth is None:
        wrong["birth"] = GuardRefused("code.no-such-day")
    year, security = _digits(fields.get("expiry", "")), _digits(fields.get("security", ""))
    if len(year) != _SIZE:
        wrong["expiry"] = GuardRefused("code.no-year")
    elif expiry is not None and int(year) != expiry.year:
        wrong["expiry"] = GuardRefused("code.other-expiry")
    if len(security) != _SIZE:
        wrong["security"] = GuardRefused("code.no-security-code")
    return f"{birth}{year}{security}", wrong


def _birth(fields: Mapping[str, str], today: date) -> str | None:
    """Return the printed date of birth as YYMMDD, None when the calendar has no such day."""
    try:
        first, last, ahead = _SPANS[Era(fields.get("era"))]
        year, month, day = (int(_digits(fields.get(name, "")) or "0") for name in ("year", "month", "day"))
        born = date(year + ahead, month, day)
    except (ValueError, OverflowError):
        return None
    return f"{year % 100:02d}{born:%m%d}" if first <= born <= min(last, today) else None


def _digits(typed: str) -> str:
    """Return the digits of a text, wide ones folded; nothing when there is anything else in it."""
    text = unicodedata.normalize("NFKC", typed).strip()
    return text if text.isascii() and text.isdigit() else ""
