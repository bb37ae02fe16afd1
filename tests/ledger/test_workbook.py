"""The workbook as other programs see it: openpyxl for what is stored, LibreOffice for what is computed."""

import csv
import io
import subprocess
import unicodedata
from pathlib import Path

import openpyxl
import pytest

from kaijo.errors import UsageProblem
from kaijo.ledger import workbook as module
from kaijo.ledger.accounts import account_titles
from kaijo.ledger.books import Books, keep_books
from kaijo.ledger.corrected import read_corrections
from kaijo.ledger.layout import known_layouts
from kaijo.ledger.rules import Rule, Rules
from kaijo.ledger.workbook import HEADINGS, SHEETS, workbook
from kaijo.words import LANGS, Lang, catalogue, label
from tests.ledger.samples import SAMPLES, mufg, write

RULES = Rules([Rule("家賃", whole=False, money="out", title="地代家賃")])
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
NEW_TITLE = "架空の勘定科目"


@pytest.fixture
def books(tmp_path: Path) -> Books:
    one = mufg(tmp_path, "a.csv", '2027/1/5,家賃,,"80,000",,100', "2027/1/6,=1+1,カクウ,,330000,200", "bad,,,1,,")
    two = mufg(tmp_path, "b.csv", "2027/1/6,=1+1,カクウ,,330000,200", "2027/2/1,家賃,2月,80000,,300")
    return keep_books([one, two], known_layouts(), RULES, keep_duplicates=False)


def libreoffice(folder: Path, file: Path, to: str) -> None:
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless",
         "--convert-to", to, "--outdir", str(folder), str(file)],
        check=True, capture_output=True,
    )  # fmt: skip


def sheet(folder: Path, stem: str, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((folder / f"{stem}-{name}.csv").read_text("utf-8"))))


def corrected(books: Books, file: Path) -> None:
    """Write the workbook with one title changed, as a person would."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(books, "ja")))
    book["明細"]["E3"] = NEW_TITLE
    book.save(file)


def test_sheets_hold_every_movement_duplicate_and_skipped_line(books: Books) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(books, "ja")))
    assert tuple(book.sheetnames) == SHEETS
    rows = [[cell.value for cell in row] for row in book["明細"].iter_rows()]
    assert rows[0] == list(HEADINGS)
    assert [[row[1], row[2], row[3], row[4], row[7], row[8]] for row in rows[1:]] == [
        [None, 80000, "家賃", "地代家賃", "a.csv", 2],
        [330000, None, "=1+1 カクウ", "仮受金", "a.csv", 3],
        [None, 80000, "家賃 2月", "地代家賃", "b.csv", 3],
    ]
    assert [row[3].value for row in book["重複"].iter_rows(min_row=2)] == ["b.csv"]
    assert [row[1].value for row in book["読み飛ばし"].iter_rows(min_row=2)] == [1, 4, 1]


def test_list_of_titles_is_as_long_as_its_sheet_and_warns_of_others(books: Books) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(books, "en")))
    (rule,) = book["明細"].data_validations.dataValidation
    assert (rule.type, rule.formula1, rule.errorStyle) == ("list", "勘定科目一覧", "warning")
    assert str(rule.sqref).startswith("E2:E")
    assert "COUNTA" in str(book.defined_names["勘定科目一覧"].attr_text)


def wide(text: object) -> int:
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in str(text))


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_but_a_long_last_text_is_cut_by_its_column(tmp_path: Path, lang: Lang) -> None:
    files = [write(tmp_path, layout) for layout in SAMPLES]
    files.append(files[0].with_name("again.csv"))
    files[-1].write_bytes(files[0].read_bytes())
    books = keep_books(files, known_layouts(), RULES, keep_duplicates=False)
    book = openpyxl.load_workbook(io.BytesIO(workbook(books, lang)))
    reasons = [label(code, lang) for code in catalogue() if code.startswith("ledger.skip.")]
    told = {("読み飛ばし", "C", reason) for reason in reasons} | {
        (name, cell.column_letter, cell.value)
        for name in SHEETS
        for row in book[name].iter_rows()
        for cell in row[: -1 if name == "読み飛ばし" else None]
        if isinstance(cell.value, str) and not cell.value.startswith("=")
    }
    assert {one for one in told if wide(one[2]) > book[one[0]].column_dimensions[one[1]].width} == set()


def test_libreoffice_computes_totals_and_a_list_that_grows_without_blanks(tmp_path: Path, books: Books) -> None:
    """A title is added and a movement corrected, as a person would; openpyxl leaves none of our results in the file."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(books, "ja")))
    count = len(account_titles().all)
    book["科目"].cell(row=count + 2, column=1, value=NEW_TITLE)
    book["明細"]["E3"] = NEW_TITLE
    book["重複"]["H1"] = "=ROWS(勘定科目一覧)"
    book["重複"]["I1"] = "=COUNTBLANK(勘定科目一覧)"
    book.save(tmp_path / "corrected.xlsx")
    libreoffice(tmp_path, tmp_path / "corrected.xlsx", EVERY_SHEET)
    totals = {row[0]: row[1:4] for row in sheet(tmp_path, "corrected", "集計") if row[0]}
    assert (totals["地代家賃"], totals[NEW_TITLE], totals["仮受金"]) == (
        ["0", "160000", "-160000"],
        ["330000", "0", "330000"],
        ["0", "0", "0"],
    )
    assert [totals[name][:2] for name in ("科目の合計", "明細の合計", "差（0になるはず）")] == [
        ["330000", "160000"],
        ["330000", "160000"],
        ["0", "0"],
    ]
    assert sheet(tmp_path, "corrected", "重複")[0][7:9] == [str(count + 1), "0"]


def test_workbook_that_libreoffice_saved_keeps_the_list_and_is_learned_from(tmp_path: Path, books: Books) -> None:
    corrected(books, tmp_path / "book.xlsx")
    libreoffice(tmp_path, tmp_path / "book.xlsx", "ods")
    (tmp_path / "book.ods").rename(tmp_path / "saved.ods")
    libreoffice(tmp_path, tmp_path / "saved.ods", "xlsx")
    (rule,) = openpyxl.load_workbook(tmp_path / "saved.xlsx")["明細"].data_validations.dataValidation
    assert (rule.type, "勘定科目一覧" in str(rule.formula1)) == ("list", True)
    assert read_corrections(tmp_path / "saved.xlsx") == [("=1+1 カクウ", 330000, NEW_TITLE)]


def test_only_what_somebody_changed_is_a_correction(tmp_path: Path, books: Books) -> None:
    """One of several equal lines corrected must not be outvoted by those that stayed as they were."""
    file = tmp_path / "book.xlsx"
    file.write_bytes(workbook(books, "ja"))
    assert read_corrections(file) == []
    corrected(books, file)
    assert read_corrections(file) == [("=1+1 カクウ", 330000, NEW_TITLE)]


def test_csv_without_former_titles_is_taken_whole(tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text('摘要,勘定科目,入金,出金\n家賃,地代家賃,,"80,000"\nx,,1,\n', "utf-8")
    assert read_corrections(tmp_path / "book.csv") == [("家賃", -80000, "地代家賃")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a workbook"])
def test_what_is_no_workbook_of_ours_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "book.xlsx"
    file.write_bytes(content)
    with pytest.raises(UsageProblem) as caught:
        read_corrections(file)
    assert caught.value.code == "ledger.not-our-workbook"


def test_foreign_workbook_is_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "book.csv").write_text("a,b\n1,2\n", "utf-8")
    for name in ("book.xlsx", "book.csv"):
        with pytest.raises(UsageProblem) as caught:
            read_corrections(tmp_path / name)
        assert caught.value.code == "ledger.not-our-workbook"


def test_more_rows_than_a_sheet_has_are_refused(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    with pytest.raises(UsageProblem) as caught:
        workbook(books, "ja")
    assert (caught.value.code, caught.value.data["rows"]) == ("ledger.too-many-rows", 3)
