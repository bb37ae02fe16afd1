"""Changing facts for a test: a value in the place of the book's, as a user's own file would put it there."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Any

from kaijo.facts.book import book, use
from kaijo.facts.local import local_facts

TITLE = {"ja": "新しい", "en": "New"}


def own(value: object, **more: object) -> dict[str, object]:
    """Return one row of a user's file."""
    return {"value": value, "source": "asked by telephone", "checked": date(2027, 2, 10), **more}


def changed(**values: Any) -> AbstractContextManager[None]:
    """Return a block in which these facts, their hyphens written as underscores, have other values."""
    rows: Mapping[str, Any] = {fact_id.replace("_", "-"): own(value) for fact_id, value in values.items()}
    return use(local_facts(rows, "kaijo.toml"))


def asked_once() -> AbstractContextManager[None]:
    """Return a block in which terminals do not say again what got no answer; the rule is no user's to change."""
    stated = book()["terminal-repeats"]
    return use({stated.id: replace(stated, value={"tries": 1, "first_milliseconds": 1, "most_milliseconds": 1})})
