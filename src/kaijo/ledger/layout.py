"""Layouts of statements: data in `layouts/*.toml`, and whatever a user describes in the same words."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kaijo.errors import UsageProblem

_FOLDER = Path(__file__).with_name("layouts")
_PLACES = {"width", "day", "text", "out", "in", "balance"}
_KINDS = ("bank", "card")
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a statement things stand.

    With `header` the columns are found by their names, anywhere in the first lines; without one by their places, and
    `first` is a pattern that the file's first line contains. `own_title` is the account title of the bank account or
    of the card's debt. Either `amount` (signed) or `money_out` and `money_in`.
    """

    id: str
    name: Mapping[str, str]
    kind: str
    own_title: str
    source: str
    checked: str
    confidence: str
    header: tuple[str, ...] = ()
    day: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    money_out: str | None = None
    money_in: str | None = None
    amount: str | None = None
    balance: str | None = None
    places: Mapping[str, int] | None = None
    first: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The same as indexes into a row. A row needs `least` cells and has at most `width`."""

    day: tuple[int, ...]
    text: tuple[int, ...]
    money_out: int | None
    money_in: int | None
    amount: int | None
    balance: int | None
    least: int
    width: int


def plain(cell: str) -> str:
    """Return a heading in the form in which headings are compared: width folded, blanks and the file's mark gone."""
    return "".join(unicodedata.normalize("NFKC", cell).replace("\ufeff", "").split())


@cache
def known_layouts() -> tuple[Layout, ...]:
    """Return the layouts that come with the program. Raises UsageProblem `ledger.bad-layout`."""
    return tuple(_load(path)[0] for path in sorted(_FOLDER.glob("*.toml")))


def own_layouts(path: Path) -> tuple[Layout, ...]:
    """Return the layouts that a user described in a file: one, or several as `[[layout]]`.

    Raises UsageProblem `ledger.unreadable`, `ledger.bad-layout`, naming the field.
    """
    return _load(path)


def columns_by_header(layout: Layout, row: Iterable[str]) -> Columns | None:
    """Return where the columns stand when `row` is this layout's header, else None. The first of equal names counts."""
    index: dict[str, int] = {}
    for number, cell in enumerate(cells := list(row)):
        index.setdefault(plain(cell), number)
    if not layout.header or not all(plain(name) in index for name in layout.header):
        return None

    def of(name: str | None) -> int | None:
        return None if name is None else index.get(plain(name))

    day = tuple(index[plain(name)] for name in layout.day)
    text = tuple(place for name in layout.text if (place := of(name)) is not None)
    money = (of(layout.money_out), of(layout.money_in), of(layout.amount))
    needed = [*day, *(place for place in money if place is not None)]
    return Columns(day, text, *money, of(layout.balance), max(needed) + 1, len(cells))


def columns_by_place(layout: Layout, first_row: list[str]) -> Columns | None:
    """Return the columns of a layout without a header when `first_row` is its first line, else None."""
    if layout.places is None or not re.search(layout.first or "", ",".join(first_row)):
        return None
    at = {name: number - 1 for name, number in layout.places.items() if name != "width"}
    needed = [at["day"], *(at[name] for name in ("out", "in") if name in at)]
    return Columns(
        (at["day"],), (at["text"],), at.get("out"), at.get("in"), None, at.get("balance"),
        max(needed) + 1, layout.places["width"],
    )  # fmt: skip


def _load(path: Path) -> tuple[Layout, ...]:
    import tomllib

    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise UsageProblem("ledger.unreadable", path=str(path)) from None
    except ValueError:
        raise UsageProblem("ledger.bad-layout", path=str(path), field="TOML") from None
    rows = content.get("layout", [content])
    if not isinstance(rows, list) or not rows:
        raise UsageProblem("ledger.bad-layout", path=str(path), field="layout")
    return tuple(_layout(row, str(path)) for row in rows)


def _layout(row: Any, path: str) -> Layout:
    def wrong(field: str) -> UsageProblem:
        return UsageProblem("ledger.bad-layout", path=path, field=field)

    if not isinstance(row, dict):
        raise wrong("layout")

    def words(field: str) -> tuple[str, ...]:
        value = row.get(field, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise wrong(field)
        return tuple(value)

    def word(field: str, default: str | None = None) -> str | None:
        value = row.get(field, default)
        if value is not None and not isinstance(value, str):
            raise wrong(field)
        return value

    name = row.get("name")
    names = {"ja": name, "en": name} if isinstance(name, str) else name
    if not isinstance(names, dict) or {"ja", "en"} - names.keys():
        raise wrong("name")
    places = row.get("places")
    made = Layout(
        id=word("id") or "", name=names, kind=word("kind") or "", own_title=word("own_title") or "",
        source=word("source", "the user's own") or "", checked=str(row.get("checked", "")),
        confidence=word("confidence", "LOCAL") or "", header=words("header"), day=words("day"), text=words("text"),
        money_out=word("out"), money_in=word("in"), amount=word("amount"), balance=word("balance"),
        places=places, first=word("first"), note=word("note", "") or "",
    )  # fmt: skip
    if field := _fault(made):
        raise wrong(field)
    return made


def _fault(made: Layout) -> str | None:
    """Return the field that is wrong or missing, if any."""
    missing = next((field for field in ("id", "own_title") if not getattr(made, field)), None)
    if missing or made.kind not in _KINDS:
        return missing or "kind"
    if made.places is not None:
        return _fault_of_places(made)
    if not made.header or len(made.day) not in {1, 3}:
        return "day" if made.header else "header"
    if not made.amount and not made.money_out and not made.money_in:
        return "amount"
    headed = {plain(name) for name in made.header}
    used = [*made.day, *(name for name in (made.amount, made.money_out, made.money_in) if name)]
    return None if {plain(name) for name in used} <= headed else "header"


def _fault_of_places(made: Layout) -> str | None:
    places = made.places
    if not isinstance(places, dict) or not {"width", "day", "text"} <= places.keys() <= _PLACES:
        return "places"
    if not ({"out", "in"} & places.keys()) or not all(
        type(number) is int and 1 <= number <= _MOST_COLUMNS for number in places.values()
    ):
        return "places"
    try:
        re.compile(made.first or "")
    except re.error:
        return "first"
    return None if made.first else "first"
