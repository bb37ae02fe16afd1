"""Rows for tests: a fact with the value a test wants, and which field a reader finds damaged in it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.book import Fact


def make_row(value: Any) -> Fact:
    return Fact(
        id="tide",
        title={"ja": "潮", "en": "Tide"},
        value=value,
        source="the pier",
        checked=date(2026, 11, 1),
        confidence="B",
        file="sea.toml",
    )


def damaged_field(read: Callable[[Fact], object], value: Any) -> object:
    with pytest.raises(UsageProblem) as caught:
        read(make_row(value))
    assert caught.value.code == "facts.damaged"
    return caught.value.data["field"]
