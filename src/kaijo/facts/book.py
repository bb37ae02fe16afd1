"""The book of facts: every rule of the outside world that we build on, one row each, read from `rows/*.toml`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, ParamSpec, TypeVar, cast, get_args

from kaijo.errors import UsageProblem

Confidence = Literal["A", "A-", "B", "C", "D", "I", "M", "OWN", "LOCAL"]
"""How sure we are: A national page, A- the same through a copy or undated, B municipality or maker, C trade press,
D blog or forum, I inferred, M not sourced, OWN a rule or an assumption of our own, LOCAL written by this user."""

P = ParamSpec("P")
T = TypeVar("T")

_FIELDS: Mapping[str, type] = {
    "title": dict,
    "value": object,
    "source": str,
    "checked": date,
    "confidence": str,
    "valid_from": date,
    "valid_until": date,
    "source_date": str,
    "note": dict,
    "disputed": bool,
}
_MOST = 1_000_000  # of anything: what is larger is a slip, and would not fit into dates
_REQUIRED = ("title", "value", "source", "checked", "confidence")


@dataclass(frozen=True, slots=True)
class Fact:
    """One rule with where it was read. `title` and `note` are keyed by language (ja, en); `value` is parsed TOML.

    `valid_from` and `valid_until` are the first and the last day it holds, both included. `source_date` is the date
    the source gives itself, as text. `disputed` says that sources disagree or leave it open; `file` is the row's file.
    """

    id: str
    title: Mapping[str, str]
    value: Any
    source: str
    checked: date
    confidence: Confidence
    file: str
    valid_from: date | None = None
    valid_until: date | None = None
    source_date: str | None = None
    note: Mapping[str, str] | None = None
    disputed: bool = False

    def holds_on(self, day: date) -> bool:
        """Return whether the rule is in force on `day`, a date in Japan."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def part(self, *path: str) -> Any:
        """Return the part of the value under `path`, of any shape. Raises UsageProblem `facts.damaged`."""
        part = self.value
        for key in path:
            if not isinstance(part, dict) or key not in part:
                raise self.damaged(*path)
            part = part[key]
        return part

    def take(self, kind: type[T], *path: str) -> T:
        """Return the part of the value under `path`, which is exactly a `kind`. Raises UsageProblem `facts.damaged`."""
        part = self.part(*path)
        if type(part) is not kind:
            raise self.damaged(*path)
        return part

    def count(self, *path: str, most: int = _MOST) -> int:
        """Return the whole number from one to `most` under `path`. Raises UsageProblem `facts.damaged`."""
        number = self.take(int, *path)
        if not 1 <= number <= most:
            raise self.damaged(*path)
        return number

    def damaged(self, *path: str) -> UsageProblem:
        """Return the error that says which part of this row's value has the wrong shape."""
        return _damaged(self.file, self.id, ".".join(("value", *path)))


_changes: dict[str, Fact] = {}
_forget: list[Callable[[], None]] = []


def kept(read: Callable[P, T]) -> Callable[P, T]:
    """Return a reader of facts that remembers its answers until the book changes (see `use`)."""
    remembering = cache(read)
    _forget.append(remembering.cache_clear)
    return cast("Callable[P, T]", remembering)


@contextmanager
def use(changes: Mapping[str, Fact]) -> Iterator[None]:
    """Let `changes` replace rows of the book, or join them, until the block ends. The whole process sees them."""
    before = dict(_changes)
    _turn_to({**before, **changes})
    try:
        yield
    finally:
        _turn_to(before)


@kept
def book() -> Mapping[str, Fact]:
    """Return every fact by id. Raises UsageProblem `facts.damaged` when a row cannot be used."""
    return MappingProxyType({**_written(), **_changes})


def fact(fact_id: str) -> Fact:
    """Return one fact. Raises UsageProblem `facts.unknown` for an id that no row has, and as `book`."""
    try:
        return book()[fact_id]
    except KeyError:
        raise UsageProblem("facts.unknown", fact=fact_id) from None


def load(folder: Path) -> Mapping[str, Fact]:
    """Return every fact of the `*.toml` files in `folder`, by id.

    Raises UsageProblem `facts.damaged` (file, fact, field) when a file or row cannot be used.
    """
    facts: dict[str, Fact] = {}
    for part in sorted(folder.iterdir(), key=lambda part: part.name):
        if part.name.endswith(".toml"):
            for fact_id, row in parsed(part).items():
                if fact_id in facts:
                    raise _damaged(part.name, fact_id, "id")
                facts[fact_id] = made(part.name, fact_id, row)
    return MappingProxyType(facts)


def age_days(row: Fact, today: date) -> int:
    """Return how many days ago the fact was last checked against its source. `today` is a date in Japan."""
    return (today - row.checked).days


def is_stale(row: Fact, today: date) -> bool:
    """Return whether the fact must be checked again before anyone relies on it [fact: stale-after]."""
    return age_days(row, today) > fact("stale-after").count("days")


def made(file: str, fact_id: str, row: object) -> Fact:
    """Return the fact that a parsed row states. Raises UsageProblem `facts.damaged` (file, fact, field)."""
    if not isinstance(row, dict):
        raise _damaged(file, fact_id, "row")
    for field in [*row, *_REQUIRED]:
        if field not in row or field not in _FIELDS or not _fits(row[field], _FIELDS[field]):
            raise _damaged(file, fact_id, field)
    if row["confidence"] not in get_args(Confidence):
        raise _damaged(file, fact_id, "confidence")
    whole = Fact(id=fact_id, file=file, **row)
    if whole.valid_from and whole.valid_until and whole.valid_until < whole.valid_from:
        raise _damaged(file, fact_id, "valid_until")
    return whole


def parsed(part: Path) -> dict[str, Any]:
    """Return what a TOML file holds. Raises UsageProblem `facts.damaged` for one that is none; OSError."""
    import tomllib

    try:
        return tomllib.loads(part.read_text("utf-8"))
    except (ValueError, RecursionError):  # brackets without end, numbers without end, and what is no TOML
        raise _damaged(part.name, "-", "toml") from None


@cache
def _written() -> Mapping[str, Fact]:
    return load(Path(__file__).parent / "rows")


def _turn_to(changes: Mapping[str, Fact]) -> None:
    _changes.clear()
    _changes.update(changes)
    for forget in _forget:
        forget()


def _fits(value: object, kind: type) -> bool:
    """Say whether a field has its shape: texts not empty, a pair of texts in both languages, days without an hour."""
    if kind is str:
        return isinstance(value, str) and bool(value.strip())
    if kind is dict:
        return isinstance(value, dict) and value.keys() == {"ja", "en"} and all(_fits(v, str) for v in value.values())
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, kind)


def _damaged(file: str, fact_id: str, field: str) -> UsageProblem:
    return UsageProblem("facts.damaged", file=file, fact=fact_id, field=field)
