"""What makes a PIN easy to guess. Advice only: no official list of bad PINs is known [fact: pin-weak-patterns]."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from kaijo.card.pins import normalise
from kaijo.facts.pins import PinKind

_SHORTEST_PART = 4
_YEARS = range(1900, 2100)
_LEAP_YEAR = 2000  # in which every day of a birthday exists


def weaknesses(kind: PinKind, pin: str, *, card_number: str | None = None) -> tuple[str, ...]:
    """Return the catalogue codes of what speaks against `pin`, none for a good one.

    `card_number` is the card's serial, of which no four digits should be in the PIN. Raises GuardRefused
    `guard.wrong-form` when it is no PIN of this kind.
    """
    text = normalise(kind, pin)
    return tuple(_found(text, "".join(filter(str.isdigit, card_number or ""))))


def _found(text: str, card_number: str) -> Iterator[str]:
    if len(set(text)) <= max(1, len(text) // 4):
        yield "weak.repeats"
    if _is_run(text):
        yield "weak.run"
    digits = "".join(filter(str.isdigit, text))
    if any(_is_date(digits[at : at + size]) for size in (4, 6, 8) for at in range(len(digits) - size + 1)):
        yield "weak.date"
    parts = {card_number[at : at + _SHORTEST_PART] for at in range(len(card_number) - _SHORTEST_PART + 1)}
    if any(part in text for part in parts):
        yield "weak.card-number"


def _is_run(text: str) -> bool:
    """Tell whether the text, or its digits and its letters each, go up or down by one."""
    groups = ("".join(filter(str.isdigit, text)), "".join(filter(str.isalpha, text)))
    return any(len(group) >= _SHORTEST_PART and _steps(group) in ({1}, {-1}) for group in (*groups, text))


def _steps(text: str) -> set[int]:
    return {ord(right) - ord(left) for left, right in pairwise(text)}


def _is_date(digits: str) -> bool:
    """Tell whether the digits read as a birthday: MMDD, YYYY, YYMMDD or YYYYMMDD."""
    if len(digits) == 4 and int(digits) in _YEARS:
        return True
    if len(digits) == 8 and int(digits[:4]) not in _YEARS:
        return False
    try:
        date(_LEAP_YEAR, int(digits[-4:-2]), int(digits[-2:]))
    except ValueError:
        return False
    return True
