"""Every sentence a person reads, in Japanese and English, found by code.

A message has title, cause and remedy; a label is one text. Both are rows of `catalogue/*.toml`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from kaijo.clock import JST
from kaijo.errors import KaijoError
from kaijo.words.rows import Row, Rows

Lang = Literal["ja", "en"]
LANGS: tuple[Lang, ...] = ("ja", "en")

# Two lines of names; a library that knows every calendar takes longer to load than the card to answer.
_WEEKDAYS = {"ja": tuple("月火水木金土日"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Message(NamedTuple):
    """What happened, why, and what to do now, in one language. `retriable` says that doing the same again may help."""

    code: str
    title: str
    cause: str
    remedy: str
    retriable: bool

    def as_dict(self) -> dict[str, object]:
        """Return the message in JSON's types."""
        return {
            "code": self.code,
            "title": self.title,
            "cause": self.cause,
            "remedy": self.remedy,
            "retriable": self.retriable,
        }


@cache
def catalogue() -> Mapping[str, Row]:
    """Return every row of the catalogue by code. Raises KeyError as `Rows`."""
    return Rows(Path(__file__).with_name("catalogue"))


def message(code: str, lang: Lang, **data: object) -> Message:
    """Return the three-part message for `code` with `data` filled in. Raises KeyError for a code nobody wrote down."""
    row = catalogue()[code]
    shown = {key: show(value, lang) for key, value in data.items()}
    title, cause, remedy = (str(row[lang][part]).format_map(shown) for part in ("title", "cause", "remedy"))
    return Message(code, title, cause, remedy, bool(row.get("retriable", False)))


def label(code: str, lang: Lang, **data: object) -> str:
    """Return the one-text row for `code` with `data` filled in. Raises KeyError for a code nobody wrote down."""
    text = str(catalogue()[code][lang])
    return text.format_map({key: show(value, lang) for key, value in data.items()})


def explain(error: KaijoError, lang: Lang) -> Message:
    """Return what to tell a person about `error`."""
    return message(error.code, lang, **error.data)


def show(value: object, lang: Lang) -> str:
    """Return a value as people write it: times with weekday, enumerations by their label, lists joined."""
    if isinstance(value, datetime):
        return show_time(value, lang)
    if isinstance(value, Enum):
        return show(value.value, lang)
    if isinstance(value, list | tuple | frozenset | set):
        return ("、" if lang == "ja" else ", ").join(show(item, lang) for item in value)
    row = catalogue().get(f"word.{value}")
    return str(row[lang]) if row else str(value)


def show_time(moment: datetime, lang: Lang) -> str:
    """Return a moment in JST as '2027年3月15日（月）21:40' or 'Mon 15 Mar 2027 21:40'."""
    at = moment.astimezone(JST)
    return f"{show_day(at, lang)}{'' if lang == 'ja' else ' '}{at:%H:%M}"


def show_day(at: date, lang: Lang) -> str:
    """Return a day as '2027年3月15日（月）' or 'Mon 15 Mar 2027'."""
    day = _WEEKDAYS[lang][at.weekday()]
    if lang == "ja":
        return f"{at.year}年{at.month}月{at.day}日（{day}）"
    return f"{day} {at.day} {_MONTHS[at.month - 1]} {at.year}"
