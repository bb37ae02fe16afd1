"""Facts of your own: a file such as `kaijo.toml` that replaces rows of the book, or adds some."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kaijo.errors import UsageProblem
from kaijo.facts.book import Fact, book, made, parsed

_FIELDS = {"value", "source", "checked", "title", "note", "valid_from", "valid_until", "source_date"}
_HOUSE = "own.toml"  # rules of the practice system, the guard's among them: no file beside a program may soften them


def read_local(file: Path) -> Mapping[str, Fact]:
    """Return the facts that a user's file states, to be put into `book.use`.

    Raises UsageProblem `facts.local-damaged` (file, fact, field), `facts.local-ours` (file, fact) for a rule that is
    not the user's to change, and `facts.local-unreadable` (file).
    """
    try:
        return local_facts(parsed(file), str(file))
    except OSError:
        raise UsageProblem("facts.local-unreadable", file=str(file)) from None
    except UsageProblem as problem:
        if problem.code != "facts.damaged":
            raise
        raise UsageProblem("facts.local-damaged", **{**problem.data, "file": str(file)}) from None


def local_facts(rows: Mapping[str, Any], file: str) -> Mapping[str, Fact]:
    """Return the facts that parsed rows state. What a row leaves out stays as the book has it, key by key of a value.

    Raises UsageProblem `facts.damaged` (file, fact, field) and `facts.local-ours` (file, fact).
    """
    return {fact_id: _local(file, fact_id, row) for fact_id, row in rows.items()}


def _local(file: str, fact_id: str, row: object) -> Fact:
    stated = book().get(fact_id)
    if stated is not None and stated.file == _HOUSE:
        raise UsageProblem("facts.local-ours", file=file, fact=fact_id)
    if not isinstance(row, dict):
        raise _damaged(file, fact_id, "row")
    for field in row:
        if field not in _FIELDS:
            raise _damaged(file, fact_id, field)
    if stated is None:
        return made(file, fact_id, {**row, "confidence": "LOCAL"})
    own = made(file, fact_id, {"title": dict(stated.title), **row, "confidence": "LOCAL"})
    return replace(own, value=_joined(own, stated.value, own.value))


def _joined(own: Fact, stated: object, said: object, *path: str) -> object:
    """Return the book's value with what the user says in its place, of the same shape."""
    if isinstance(stated, dict) and isinstance(said, dict):
        for key in said:
            if key not in stated:
                raise own.damaged(*path, key)
        return {**stated, **{key: _joined(own, stated[key], part, *path, key) for key, part in said.items()}}
    if type(stated) is not type(said) and not {type(stated), type(said)} <= {int, float}:
        raise own.damaged(*path)
    return said


def _damaged(file: str, fact_id: str, field: str) -> UsageProblem:
    return UsageProblem("facts.damaged", file=file, fact=fact_id, field=field)
