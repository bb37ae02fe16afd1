from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaijo.ledger.accounts import account_titles
from kaijo.ledger.books import Books, keep_books
from kaijo.ledger.layout import known_layouts
from kaijo.ledger.rules import Rule, Rules
from tests.ledger.samples import SAMPLES, mufg, write
from tests.ledger.statements import MOVEMENTS
from tests.ledger.statements import write as write_random

NO_RULES = Rules(())
quick = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


def books(*files: Path, rules: Rules = NO_RULES, keep_duplicates: bool = False) -> Books:
    return keep_books(files, known_layouts(), rules, keep_duplicates=keep_duplicates)


@quick
@given(movements=MOVEMENTS, encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp932"]))
def test_sum_in_is_sum_out_and_the_order_is_kept(tmp_path: Path, movements: list, encoding: str) -> None:  # type: ignore[type-arg]
    kept = books(write_random(tmp_path / "s.csv", movements, encoding))
    assert [(one.entry.day, one.entry.amount) for one in kept.bookings] == [
        (day, amount) for day, amount, _ in movements
    ]
    assert kept.as_dict()["in"] == sum(amount for _, amount, _ in movements if amount > 0)
    assert kept.as_dict()["out"] == -sum(amount for _, amount, _ in movements if amount < 0)


@quick
@given(first=MOVEMENTS, both=MOVEMENTS, last=MOVEMENTS)
def test_overlap_is_counted_once_and_nothing_is_lost(tmp_path: Path, first: list, both: list, last: list) -> None:  # type: ignore[type-arg]
    files = [write_random(tmp_path / "a.csv", first + both), write_random(tmp_path / "b.csv", both + last)]
    kept, all_of_them = books(*files), books(*files, keep_duplicates=True)
    amounts = sorted(one.entry.amount for one in all_of_them.bookings)
    assert (
        sorted([one.entry.amount for one in kept.bookings] + [one.entry.amount for one in kept.duplicates]) == amounts
    )
    assert len(kept.duplicates) >= len(both)
    traces = [one.trace for one in kept.bookings]
    assert traces == sorted(traces, key=lambda trace: (trace[0], int(trace.partition(":")[2])))


def test_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    file = mufg(tmp_path, "s.csv", "2027/1/5,カフェ,,500,,9500", "2027/1/5,カフェ,,500,,9500", "2027/1/6,a,b,1,,9499")
    once, twice = books(file), books(file, file, file)
    told = [[(one.entry.line, one.entry.amount) for one in made.bookings] for made in (once, twice)]
    assert (told[0], once.duplicates) == (told[1], [])
    assert [(one.entry.line, one.source, one.line) for one in twice.duplicates] == [
        *((line, str(file), line) for line in (2, 3, 4)),
        *((line, str(file), line) for line in (2, 3, 4)),
    ]


def test_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    folders = [tmp_path / "january", tmp_path / "february"]
    for folder in folders:
        folder.mkdir()
    files = [mufg(folder, "s.csv", f"2027/1/5,{folder.name},,1,,") for folder in folders]
    assert [one.trace for one in books(*files).bookings] == [f"{file}:2" for file in files]


def test_other_balance_is_another_movement(tmp_path: Path) -> None:
    a = mufg(tmp_path, "a.csv", "2027/1/5,カフェ,,500,,9500")
    b = mufg(tmp_path, "b.csv", "2027/1/5,カフェ,,500,,9000")
    assert len(books(a, b).bookings) == 2


def test_rule_gives_the_title_and_the_rest_stands_in_suspense(tmp_path: Path) -> None:
    file = mufg(tmp_path, "s.csv", "2027/1/5,カフェ,,500,,", "2027/1/6,振込,,,900,", "2027/1/7,家賃,,800,,")
    kept = books(file, rules=Rules([Rule("家賃", whole=False, money="out", title="地代家賃")]))
    titles = account_titles()
    assert [(one.title, one.placed) for one in kept.bookings] == [
        (titles.unknown_out, False),
        (titles.unknown_in, False),
        ("地代家賃", True),
    ]
    assert kept.unplaced == 2


@pytest.mark.parametrize("layout", SAMPLES)
def test_own_side_is_the_account_of_the_layout(tmp_path: Path, layout: str) -> None:
    (kind,) = {one.kind for one in known_layouts() if one.id == layout}
    kept = books(write(tmp_path, layout))
    assert {one.own_title for one in kept.bookings} == {"普通預金" if kind == "bank" else "未払金"}
