"""Days and amounts as statements write them."""

import re
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path

from kaijo.ledger.entries import YEN_MAX

_QUICK = 12  # digits: fewer than the largest amount has
_EMPTY = {"", "-", "－", "―", "ー", "*"}
_NOISE = str.maketrans("", "", ",\\¥ \t円+")
_AMOUNT = re.compile(r"(?P<open>\()?(?P<minus>[-−▲△]*)(?P<digits>\d{1,15})(?P<close>\))?", re.ASCII)
_DAY = re.compile(
    r"(?P<era>[A-Z]?|令和?|平成?)\.?(?P<year>\d{1,4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_TWO_DIGITS = 100
_CENTURY = 2000


def parse_yen(text: str) -> int | None:
    """Return the whole yen that a cell states, None for an empty one. Raises ValueError for anything else.

    Full-width digits, commas, ¥ and 円 are understood; -, −, ▲, △ and parentheses make it negative.
    """
    if not text:
        return None
    if text.isascii():  # what nearly every cell is, in a tenth of the time
        quick = text.replace(",", "") or "?"
        if quick.isdigit() and len(quick) < _QUICK:
            return int(quick)
        if quick[0] == "-" and quick[1:].isdigit() and len(quick) <= _QUICK:
            return -int(quick[1:])
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in _EMPTY:
        return None
    found = _AMOUNT.fullmatch(plain.translate(_NOISE))
    if found is None or bool(found["open"]) != bool(found["close"]) or len(found["minus"]) + bool(found["open"]) > 1:
        raise ValueError(text)
    amount = int(found["digits"])
    if amount > YEN_MAX:
        raise ValueError(text)
    return -amount if found["minus"] or found["open"] else amount


def parse_day(text: str) -> date:
    """Return the day that a cell states: 2027/3/5, 20270305, 2027年3月5日, 27.3.5, R9.3.5. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    if compact := _COMPACT.fullmatch(plain):
        year, month, day = (int(part) for part in compact.groups())
        return date(year, month, day)
    found = _DAY.fullmatch(plain)
    if found is None:
        raise ValueError(text)
    year = int(found["year"])
    if found["era"]:
        year += _eras()[found["era"]] if found["era"] in _eras() else _no(text)
    elif year < _TWO_DIGITS:
        year += _CENTURY
    return date(year, int(found["month"]), int(found["day"]))


@cache
def _eras() -> dict[str, int]:
    import tomllib

    rows = tomllib.loads(Path(__file__).with_name("eras.toml").read_text("utf-8"))
    return {name: row["before_year_1"] for row in rows["era"] for name in row["names"]}


def _no(text: str) -> int:
    raise ValueError(text)
