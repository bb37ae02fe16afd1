import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from kaijo.ledger.books import Booking, keep_books
from kaijo.ledger.exports import TARGETS, export
from kaijo.ledger.layout import known_layouts
from kaijo.ledger.rules import Rule, Rules
from tests.ledger.samples import mufg
from tests.ledger.statements import MOVEMENTS, write

RULES = Rules([Rule("家賃", whole=False, money="out", title="地代家賃")])
FREEE = ["収支区分", "発生日", "勘定科目", "税区分", "金額", "備考", "決済日", "決済口座", "決済金額", "管理番号"]
MONEYFORWARD = ["取引No", "取引日", "借方勘定科目", "借方金額(円)", "貸方勘定科目", "貸方補助科目", "摘要", "仕訳メモ"]


def bookings(*files: Path) -> list[Booking]:
    return keep_books(files, known_layouts(), RULES, keep_duplicates=False).bookings


@pytest.fixture
def two(tmp_path: Path) -> list[Booking]:
    return bookings(mufg(tmp_path, "s.csv", '2027/1/5,家賃,"ヤマ, 不動産","80,000",,', "2027/1/6,振込,カクウ,,330000,"))


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_freee_file_has_what_it_needs(two: list[Booking]) -> None:
    made = export("freee", two)
    assert (made.content[:3], made.most_bytes) == (b"\xef\xbb\xbf", 5 << 20)
    assert [[row[name] for name in FREEE] for row in table(made.content)] == [
        [
            "支出",
            "2027/01/05",
            "地代家賃",
            "対象外",
            "80000",
            "家賃 ヤマ, 不動産",
            "2027/01/05",
            "三菱UFJ銀行",
            "80000",
            "s.csv:2",
        ],
        [
            "収入",
            "2027/01/06",
            "仮受金",
            "対象外",
            "330000",
            "振込 カクウ",
            "2027/01/06",
            "三菱UFJ銀行",
            "330000",
            "s.csv:3",
        ],
    ]
    assert len(table(made.content)[0]) == 21


def test_moneyforward_file_is_a_journal(two: list[Booking]) -> None:
    rows = table(export("moneyforward", two, tax="課税仕入 10%").content)
    assert [[row[name] for name in MONEYFORWARD] for row in rows] == [
        ["1", "2027/01/05", "地代家賃", "80000", "普通預金", "三菱UFJ銀行", "家賃 ヤマ, 不動産", "s.csv:2"],
        ["2", "2027/01/06", "普通預金", "330000", "仮受金", "", "振込 カクウ", "s.csv:3"],
    ]
    assert [(row["借方税区分"], row["貸方税区分"]) for row in rows] == [
        ("課税仕入 10%", "対象外"),
        ("対象外", "課税仕入 10%"),
    ]
    assert len(rows[0]) == 27


def test_yayoi_file_is_25_columns_of_shift_jis_without_a_header(two: list[Booking]) -> None:
    rows = list(csv.reader(io.StringIO(export("yayoi", two).content.decode("cp932"), newline="")))
    assert [len(row) for row in rows] == [25, 25]
    assert [rows[0][at] for at in (0, 3, 4, 8, 10, 11, 14, 16, 19, 21, 24)] == [
        *("2000", "2027/01/05", "地代家賃", "80000", "普通預金", "三菱UFJ銀行", "80000", "家賃 ヤマ, 不動産"),
        *("0", "s.csv:2", "no"),
    ]


def test_sign_without_a_place_in_shift_jis_is_counted_and_its_twin_is_not(tmp_path: Path) -> None:
    one = bookings(mufg(tmp_path, "s.csv", "2027/1/5,〜−😀,,1,,", encoding="utf-8"))
    made = export("yayoi", one)
    assert (made.replaced, "～－?" in made.content.decode("cp932")) == (1, True)
    assert export("freee", one).replaced == 0


@pytest.mark.parametrize("target", TARGETS)
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(movements=MOVEMENTS)
def test_sums_order_and_lines_come_out_as_they_went_in(tmp_path: Path, target: str, movements: list) -> None:  # type: ignore[type-arg]
    kept = bookings(write(tmp_path / "s.csv", movements))
    made = export(target, kept)
    text = made.content.decode("cp932" if target == "yayoi" else "utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))[0 if target == "yayoi" else 1 :]
    amount, trace, incoming = {"freee": (8, 1, 0), "moneyforward": (8, 19, 2), "yayoi": (8, 21, 4)}[target]
    came = {"freee": "収入"}.get(target, "普通預金")
    signed = [int(row[amount]) * (1 if row[incoming] == came else -1) for row in rows]
    assert signed == [value for _, value, _ in movements]
    assert [row[trace] for row in rows] == [one.trace for one in kept]
    assert export(target, kept) == made
