"""Bad input: every line is accounted for, and what cannot be read is said in words."""

from pathlib import Path

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts import bookkeeping
from kaijo.ledger import decoding
from kaijo.ledger.layout import known_layouts
from kaijo.ledger.reading import read_statement
from tests.ledger.samples import HEAD, mufg


def refused(path: Path) -> tuple[str, object]:
    with pytest.raises(UsageProblem) as caught:
        read_statement(path, known_layouts())
    return caught.value.code, caught.value.data.get("line")


def raw(folder: Path, content: bytes) -> Path:
    path = folder / "statement.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("row", "reason", "unreadable"),
    [
        ("2027/1/5,a,b,abc,,1", "bad-amount", True),
        ("2027/1/5,a,b,1.5,,1", "bad-amount", True),
        ("2027/2/30,a,b,100,,1", "bad-day", True),
        ("2027/1/5,a,b,,,1", "no-amount", True),
        ("2027/1/5,a,b,100,200,1", "in-and-out", True),
        ("2027/1/5,a,b", "other-width", True),
        ("2027/1/5,a,b,c,100,,1", "other-width", True),
        ("2027/1/5,a,b,0,,1", "zero", False),
        ("合計,,,100,,", "no-day", False),
        (",,,,,", "blank", False),
        ("", "blank", False),
    ],
)
def test_line_that_makes_no_movement_says_why(tmp_path: Path, row: str, reason: str, *, unreadable: bool) -> None:
    read = read_statement(mufg(tmp_path, "s.csv", "2027/1/4,a,b,1,,1", row, "2027/1/6,a,b,2,,1"), known_layouts())
    assert [entry.line for entry in read.entries] == [2, 4]
    (found,) = [one for one in read.skipped if one.line > 1]
    assert (found.line, found.reason, found.unreadable) == (3, f"ledger.skip.{reason}", unreadable)


def test_every_line_is_an_entry_or_skipped(tmp_path: Path) -> None:
    rows = ["2027/1/5,a,b,1,,1", "x,,,,,", "", "2027/1/5,a,b,q,,", '2027/1/6,"a\r\nb",c,2,,', "2027/1/7,a,b,3,,"]
    read = read_statement(mufg(tmp_path, "s.csv", *rows), known_layouts())
    lines = sorted([*(entry.line for entry in read.entries), *(one.line for one in read.skipped)])
    assert lines == [1, 2, 3, 4, 5, 6, 8]  # a record that spans two lines goes by its first


@pytest.mark.parametrize(
    ("row", "line"),
    [('2027/1/5,"a,b,1,,1', 2), ('2027/1/5,"a"b,c,1,,1', 2), ('2027/1/4,a,b,1,,1\r\n2027/1/5,"a', 3)],
)
def test_quotation_mark_out_of_place_names_the_line(tmp_path: Path, row: str, line: int) -> None:
    assert refused(mufg(tmp_path, "s.csv", row)) == ("ledger.broken-csv", line)


def test_unclosed_quotation_that_swallows_a_line_is_found(tmp_path: Path) -> None:
    path = mufg(tmp_path, "s.csv", '2027/1/5,"a,b,1,,1', '2027/1/6,"c",d,2,,1')
    assert refused(path) == ("ledger.broken-csv", 2)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (HEAD.encode("cp932") + b"2027/1/5,a\x00,b,1,,1\r\n", "ledger.not-text", 2),
        (HEAD.encode("utf-8") + b"2027/1/5,\xff\xfd,b,1,,1\r\n", "ledger.encoding", 2),
        (HEAD.encode("euc-jp"), "ledger.encoding", 1),
        (b"PK\x03\x04....", "ledger.is-workbook", None),
        (b"", "ledger.empty", None),
        (b"a,b,c\n1,2,3\n", "ledger.unknown-layout", None),
        (b"\xff\xfea", "ledger.encoding", 1),
    ],
)
def test_what_is_no_statement_is_said(tmp_path: Path, content: bytes, code: str, line: int | None) -> None:
    assert refused(raw(tmp_path, content)) == (code, line)


def test_unknown_layout_shows_the_columns_that_were_found(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        read_statement(raw(tmp_path, "題名\nDate,Text,Sum\n2027/1/5,x,3\n".encode()), known_layouts())
    assert caught.value.data["columns"] == "Date, Text, Sum"


def test_excels_unicode_text_is_read(tmp_path: Path) -> None:
    read = read_statement(raw(tmp_path, (HEAD + "2027/1/5,a,b,1,,1\r\n").encode("utf-16")), known_layouts())
    assert (read.encoding, [entry.amount for entry in read.entries]) == ("utf-16", [-1])


def test_missing_and_huge_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(tmp_path / "nowhere.csv")[0] == "ledger.unreadable"
    sparse = tmp_path / "huge.csv"
    with sparse.open("wb") as file:
        file.truncate(bookkeeping.largest_statement() + 1)
    assert refused(sparse)[0] == "ledger.too-large"
    monkeypatch.setattr(decoding, "largest_statement", lambda: 10)
    assert refused(mufg(tmp_path, "s.csv"))[0] == "ledger.too-large"


def test_field_beyond_all_bounds_is_a_broken_file(tmp_path: Path) -> None:
    assert refused(mufg(tmp_path, "s.csv", "2027/1/5," + "a" * 200_000 + ",b,1,,1"))[0] == "ledger.broken-csv"
