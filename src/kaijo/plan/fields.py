"""Reading JSON field by field: each reader returns a sound value or refuses with the field's path and the reason."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import NoReturn, TypeVar

from kaijo.clock import parse_time
from kaijo.errors import UsageProblem

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
Read = Callable[[object, str], T]


def refuse(path: str, reason: str) -> NoReturn:
    """Raise UsageProblem `plan.bad-situation` for the field at `path`. The catalogue explains `reason` as a word."""
    raise UsageProblem("plan.bad-situation", field=path or "-", reason=reason)


def section(raw: object, path: str, names: tuple[str, ...]) -> Mapping[str, object]:
    """Return an object that has no other fields than `names`."""
    if not isinstance(raw, dict):
        refuse(path, "not-an-object")
    for name in raw:
        if name not in names:
            refuse(at(path, str(name)), "unknown-field")
    return raw


def at(path: str, name: str) -> str:
    """Return the path of a field inside the object at `path`."""
    return f"{path}.{name}" if path else name


def optional(part: Mapping[str, object], path: str, name: str, read: Read[T]) -> T | None:
    """Return the field `name`, or None where it is absent or null."""
    raw = part.get(name)
    return None if raw is None else read(raw, at(path, name))


def flag(raw: object, path: str) -> bool:
    """Return true or false."""
    if not isinstance(raw, bool):
        refuse(path, "not-yes-or-no")
    return raw


def whole(most: int) -> Read[int]:
    """Return a reader of whole numbers from 0 to `most`."""

    def read(raw: object, path: str) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            refuse(path, "not-a-whole-number")
        if not 0 <= raw <= most:
            refuse(path, "out-of-range")
        return raw

    return read


def share(raw: object, path: str) -> float:
    """Return a number from 0 to 1."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        refuse(path, "not-a-number")
    if not 0 <= raw <= 1:
        refuse(path, "out-of-range")
    return float(raw)


def choice(words: type[E]) -> Read[E]:
    """Return a reader of one of an enumeration's words."""

    def read(raw: object, path: str) -> E:
        for member in words:
            if raw == member.value:
                return member
        refuse(path, "not-one-of-the-words")

    return read


def day(raw: object, path: str) -> date:
    """Return a date, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(_text(raw, path, "not-a-date"))
    except ValueError:
        refuse(path, "not-a-date")


def hour(raw: object, path: str) -> time:
    """Return a time of day without offset, written HH:MM."""
    try:
        read = time.fromisoformat(_text(raw, path, "not-a-time"))
    except ValueError:
        refuse(path, "not-a-time")
    if read.tzinfo:
        refuse(path, "not-a-time")
    return read


def moment(raw: object, path: str) -> datetime:
    """Return a moment in JST, written as ISO 8601; without an offset it is read as JST."""
    try:
        return parse_time(_text(raw, path, "not-a-time"))
    except (UsageProblem, OverflowError):
        refuse(path, "not-a-time")


def _text(raw: object, path: str, reason: str) -> str:
    if not isinstance(raw, str):
        refuse(path, reason)
    return raw
