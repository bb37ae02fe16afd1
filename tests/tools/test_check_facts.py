from datetime import date
from pathlib import Path

import pytest

from tools.check_facts import OLDEST_DAYS, ROWS, complaints

ROW = """[tide]
title = { ja = "潮", en = "Tide" }
value = 3
source = "the pier"
checked = 2026-11-01
confidence = "B"
"""


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    (tmp_path / "sea.toml").write_text(ROW, "utf-8")
    return tmp_path


def test_complaints_a_fact_of_365_days_passes(rows: Path) -> None:
    assert OLDEST_DAYS == 365
    assert list(complaints(rows, date(2027, 11, 1))) == []


def test_complaints_a_fact_of_366_days_is_named(rows: Path) -> None:
    assert list(complaints(rows, date(2027, 11, 2))) == [
        "sea.toml: tide was checked 366 days ago, more than 365: read its source again"
    ]


def test_complaints_a_fact_checked_tomorrow_is_named(rows: Path) -> None:
    assert list(complaints(rows, date(2026, 10, 31))) == [
        "sea.toml: tide is said to be checked on 2026-11-01, which is still to come"
    ]


@pytest.mark.parametrize("source", ["", 'source = " "\n'])
def test_complaints_a_fact_without_source_is_named(rows: Path, source: str) -> None:
    (rows / "sea.toml").write_text(ROW.replace('source = "the pier"\n', source), "utf-8")
    assert list(complaints(rows, date(2026, 11, 2))) == ["sea.toml: tide cannot be used: see its field 'source'"]


def test_rows_are_those_of_the_book() -> None:
    assert {path.name for path in ROWS.iterdir() if path.suffix == ".toml"} >= {"reset.toml", "money.toml"}
    assert [line for line in complaints(ROWS, date(2028, 1, 1)) if " kiosk-hours " in line] != []
