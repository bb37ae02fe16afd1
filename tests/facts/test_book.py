from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import get_args

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.book import Confidence, age_days, book, fact, is_stale, kept, load, use

WHOLE = """[tide]
title = { ja = "潮", en = "Tide" }
value = { height = 3, when = 06:00:00, deep = { low = true } }
source = "the pier"
checked = 2026-11-01
confidence = "B"
"""


def test_every_fact_has_a_source_a_date_and_both_languages() -> None:
    lacking = [
        row.id
        for row in book().values()
        if not (row.source.strip() and row.checked >= date(2026, 11, 1) and row.title["ja"] and row.title["en"])
    ]
    assert lacking == []


def test_every_fact_of_our_own_says_so_and_no_other_does() -> None:
    own = {row.id for row in book().values() if row.confidence == "OWN"}
    assert own == {row.id for row in book().values() if row.source == "Kaijo design"}
    files = {"own.toml", "assumptions.toml", "planning.toml", "season.toml", "limits.toml", "desk.toml"}
    assert own == {row.id for row in book().values() if row.file in files}


def test_every_disputed_fact_tells_who_differs() -> None:
    assert [row.id for row in book().values() if row.disputed and row.note is None] == []
    assert {"reset-chains", "reset-usable"} <= {row.id for row in book().values() if row.disputed}


def test_every_confidence_is_one_of_the_nine_and_none_is_local() -> None:
    assert {row.confidence for row in book().values()} <= set(get_args(Confidence)) - {"LOCAL"}


def test_two_readings_stand_only_in_disputed_facts() -> None:
    two = [row for row in book().values() if isinstance(row.value, dict) and "hopeful" in row.value]
    assert [row.id for row in two if not row.disputed or row.value.keys() < {"expected", "hopeful", "cautious"}] == []


def test_remembered_answers_are_forgotten_when_the_book_changes() -> None:
    asked: list[str] = []

    @kept
    def hours(fact_id: str) -> int:
        asked.append(fact_id)
        return fact(fact_id).count("hours")

    before = hours("reservation-life"), hours("reservation-life")
    with use({"reservation-life": replace(fact("reservation-life"), value={"hours": 3})}):
        within = hours("reservation-life")
    assert (before, within, hours("reservation-life"), len(asked)) == ((24, 24), 3, 24, 3)


def test_change_ends_with_its_block_even_when_that_fails() -> None:
    with pytest.raises(UsageProblem), use({"tide": replace(fact("kiosk-hours"), id="tide")}):
        fact("moon-phase")
    assert "tide" not in book()


def test_inner_change_covers_the_outer_one() -> None:
    row = fact("reservation-life")
    with use({row.id: replace(row, value=1)}):
        with use({row.id: replace(row, value=2)}):
            assert fact(row.id).value == 2
        assert fact(row.id).value == 1
    assert fact(row.id) == row


def test_fact_unknown_is_a_usage_problem() -> None:
    with pytest.raises(UsageProblem) as caught:
        fact("moon-phase")
    assert caught.value.diagnostics() == {"code": "facts.unknown", "data": {"fact": "moon-phase"}}


def test_book_cannot_be_written_in() -> None:
    with pytest.raises(TypeError):
        book()["new"] = fact("kiosk-hours")  # type: ignore[index]


def test_whole_row_is_read_field_by_field(tmp_path: Path) -> None:
    extra = 'valid_from = 2026-04-01\nvalid_until = 2027-03-31\nsource_date = "R8"\ndisputed = true\n'
    (tmp_path / "sea.toml").write_text(WHOLE + extra + 'note = { ja = "海", en = "sea" }\n', "utf-8")
    row = load(tmp_path)["tide"]
    assert (row.id, row.title, row.source, row.checked, row.confidence, row.file) == (
        "tide",
        {"ja": "潮", "en": "Tide"},
        "the pier",
        date(2026, 11, 1),
        "B",
        "sea.toml",
    )
    assert (row.valid_from, row.valid_until, row.source_date, row.note, row.disputed) == (
        date(2026, 4, 1),
        date(2027, 3, 31),
        "R8",
        {"ja": "海", "en": "sea"},
        True,
    )
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1)]
    assert [row.holds_on(day) for day in days] == [False, True, True, False]


def test_row_without_validity_holds_always(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text(WHOLE, "utf-8")
    (tmp_path / "read.me").write_text("no facts here", "utf-8")
    row = load(tmp_path)["tide"]
    assert (row.valid_from, row.valid_until, row.source_date, row.note, row.disputed) == (None, None, None, None, False)
    assert row.holds_on(date.min)
    assert row.holds_on(date.max)


@pytest.mark.parametrize(
    ("text", "fact_id", "field"),
    [
        ("[tide", "-", "toml"),
        (WHOLE + "\n" + WHOLE, "-", "toml"),
        ("tide = 3", "tide", "row"),
        (WHOLE + "colour = 1", "tide", "colour"),
        (WHOLE.replace('source = "the pier"\n', ""), "tide", "source"),
        (WHOLE.replace('"the pier"', '"  "'), "tide", "source"),
        (WHOLE.replace('"the pier"', "7"), "tide", "source"),
        (WHOLE.replace("checked = 2026-11-01\n", ""), "tide", "checked"),
        (WHOLE.replace("2026-11-01", '"yesterday"'), "tide", "checked"),
        (WHOLE.replace("2026-11-01", "2026-11-31"), "-", "toml"),
        (WHOLE.replace("2026-11-01", "2026-11-01T10:00:00"), "tide", "checked"),
        (WHOLE.replace('"B"', '"E"'), "tide", "confidence"),
        (WHOLE.replace('"B"', '""'), "tide", "confidence"),
        (WHOLE.replace('"B"', "2"), "tide", "confidence"),
        (WHOLE.replace('title = { ja = "潮", en = "Tide" }\n', ""), "tide", "title"),
        (WHOLE.replace(', en = "Tide"', ""), "tide", "title"),
        (WHOLE.replace('"Tide"', '""'), "tide", "title"),
        (WHOLE.replace("value =", "worth ="), "tide", "worth"),
        (WHOLE + 'note = "sea"', "tide", "note"),
        (WHOLE + 'disputed = "yes"', "tide", "disputed"),
        (WHOLE + "source_date = 2026-01-01", "tide", "source_date"),
        (WHOLE + "valid_from = 2027", "tide", "valid_from"),
        (WHOLE + "valid_from = 2027-01-02\nvalid_until = 2027-01-01", "tide", "valid_until"),
    ],
)
def test_damaged_file_is_named_with_fact_and_field(tmp_path: Path, text: str, fact_id: str, field: str) -> None:
    (tmp_path / "sea.toml").write_text(text, "utf-8")
    assert _damage(tmp_path) == {"file": "sea.toml", "fact": fact_id, "field": field}


def test_damaged_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_bytes(WHOLE.encode() + b"\xff")
    assert _damage(tmp_path) == {"file": "sea.toml", "fact": "-", "field": "toml"}


def test_same_id_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(WHOLE, "utf-8")
    (tmp_path / "b.toml").write_text(WHOLE, "utf-8")
    assert _damage(tmp_path) == {"file": "b.toml", "fact": "tide", "field": "id"}


def test_take_returns_exactly_what_stands_there(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text(WHOLE, "utf-8")
    row = load(tmp_path)["tide"]
    assert row.take(int, "height") == row.count("height") == 3
    assert row.take(time, "when") == time(6)
    assert row.take(bool, "deep", "low") is True


@pytest.mark.parametrize(
    ("kind", "path", "field"),
    [
        (int, ("width",), "value.width"),
        (str, ("height",), "value.height"),
        (int, ("deep", "low"), "value.deep.low"),
        (int, ("height", "more"), "value.height.more"),
        (int, (), "value"),
    ],
)
def test_take_of_another_shape_is_damage(tmp_path: Path, kind: type, path: tuple[str, ...], field: str) -> None:
    (tmp_path / "sea.toml").write_text(WHOLE, "utf-8")
    with pytest.raises(UsageProblem) as caught:
        load(tmp_path)["tide"].take(kind, *path)
    assert caught.value.data == {"file": "sea.toml", "fact": "tide", "field": field}


@pytest.mark.parametrize("height", ["0", "-1", "true", "3.0", "1000001"])
def test_count_is_a_whole_number_above_zero_that_fits_into_dates(tmp_path: Path, height: str) -> None:
    (tmp_path / "sea.toml").write_text(WHOLE.replace("height = 3", f"height = {height}"), "utf-8")
    with pytest.raises(UsageProblem) as caught:
        load(tmp_path)["tide"].count("height")
    assert caught.value.data["field"] == "value.height"


def test_fact_grows_stale_after_180_days() -> None:
    row = fact("kiosk-hours")
    last_good = row.checked + timedelta(days=180)
    assert (age_days(row, last_good), is_stale(row, last_good)) == (180, False)
    assert (age_days(row, last_good + timedelta(days=1)), is_stale(row, last_good + timedelta(days=1))) == (181, True)


def _damage(folder: Path) -> dict[str, object]:
    with pytest.raises(UsageProblem) as caught:
        load(folder)
    assert caught.value.code == "facts.damaged"
    return dict(caught.value.data)
