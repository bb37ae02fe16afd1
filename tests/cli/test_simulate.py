import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine

SHORT = """
[season-opens]
value = { month = 3, day = 12, off_day = "next-working-day" }
source = "a short season for a test"
checked = 2027-02-10
"""


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """One run for all: its answer, and the folder of its pictures."""
    folder = tmp_path_factory.mktemp("season")
    (folder / "kaijo.toml").write_text(SHORT)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "kaijo", "simulate", "--year", "2027", "--draws", "10", "--cards", "50000000"),
            *("--facts", str(folder / "kaijo.toml"), "--out", str(folder / "out"), "--json"),
        ],
        text=True,
        capture_output=True,
        check=True,
        env={**os.environ, "MPLCONFIGDIR": str(folder)},
    )
    return json.loads(done.stdout), folder / "out"


def test_answer_is_what_its_schema_says(answered: tuple[Any, Path]) -> None:
    told, _ = answered
    assert complaints("season", told) == []
    assert (told["opens"], told["deadline"], told["cards"]) == ("2027-03-12", "2027-03-15", 50_000_000)
    assert len(told["sensitivity"]) == len(told["assumptions"])


def test_everybody_in_the_answer_ends_once(answered: tuple[Any, Path]) -> None:
    told, _ = answered
    locked = sum(told["locked"].values())
    assert sum(row["people"] for row in told["endings"]) == pytest.approx(locked, rel=1e-3)
    assert sum(row["share"] for row in told["endings"]) == pytest.approx(1, abs=1e-3)
    missed = sum(row["people"] for row in told["endings"] if not row["in_time"])
    assert told["ranges"]["missed"]["assumed"] == pytest.approx(missed, rel=1e-3)


def test_longer_hours_let_more_file_in_time(answered: tuple[Any, Path]) -> None:
    kiosks, counters, both = (row["more_in_time"] for row in answered[0]["longer_hours"])
    assert min(kiosks, counters) > 0
    assert both == pytest.approx(kiosks + counters, rel=0.05)


def test_pictures_are_drawn_with_japanese_letters(answered: tuple[Any, Path]) -> None:
    drawn = {path.name: path.read_text("utf-8") for path in answered[1].iterdir()}
    assert set(drawn) == {f"season-{name}.svg" for name in ("days", "last-day", "missed", "sensitivity")}
    assert all("IPAexGothic-" in text for text in drawn.values())  # the letters, as outlines named by their font


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--year", "1999"), "season.no-year"),
        (("--year", "2027", "--facts", "/nowhere/kaijo.toml"), "facts.local-unreadable"),
        (("--year", "2027", "--out", "/proc/nowhere"), "usage.unwritable"),
    ],
)
def test_what_cannot_be_played_is_said_in_words(kaijo: CommandLine, words: tuple[str, ...], code: str) -> None:
    told = kaijo("simulate", *words, "--json")
    assert (told.code, told.json()["error"]["code"]) == (2, code)


@pytest.mark.parametrize("words", [("--cards", "-1"), ("--extend-hours", "25"), ("--draws", "none"), ("--seed", "-4")])
def test_numbers_out_of_range_are_refused(kaijo: CommandLine, words: tuple[str, ...]) -> None:
    assert kaijo("simulate", *words).code == 2
