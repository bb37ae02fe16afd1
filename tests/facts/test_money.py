from datetime import date

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.money import blue_deduction, deduction_row, delinquency, relief_until, surcharge
from kaijo.facts.readings import Reading

from .changed import changed


@pytest.mark.parametrize(
    ("electronic", "in_time", "double_entry", "yen"),
    [
        (True, True, True, 650_000),
        (False, True, True, 550_000),
        (True, True, False, 100_000),
        (True, False, True, 100_000),
        (False, False, False, 100_000),
    ],
)
def test_deduction_by_way_and_lateness(electronic: bool, in_time: bool, double_entry: bool, yen: int) -> None:
    made = blue_deduction(electronic=electronic, in_time=in_time, double_entry=double_entry, year=2027)
    assert made == yen


def test_planned_reform_takes_the_deduction_of_paper_from_2028() -> None:
    assert [deduction_row(year).id for year in (2027, 2028)] == ["blue-deduction", "blue-deduction-from-2028"]
    on_paper = [
        blue_deduction(electronic=False, in_time=True, year=2028, reading=reading)
        for reading in (Reading.EXPECTED, Reading.CAUTIOUS, Reading.HOPEFUL)
    ]
    assert on_paper == [100_000, 100_000, 550_000]


@pytest.mark.parametrize(
    ("tax", "voluntary", "found"),
    [
        (0, 0, 0),
        (100_000, 5_000, 15_000),
        (500_000, 25_000, 75_000),
        (500_100, 25_005, 75_020),
        (1_000_000, 50_000, 175_000),
        (3_000_000, 150_000, 575_000),
        (4_000_000, 200_000, 875_000),
    ],
)
def test_surcharge_by_steps(tax: int, voluntary: int, found: int) -> None:
    assert (surcharge(tax, voluntary=True), surcharge(tax, voluntary=False)) == (voluntary, found)


def test_relief_lasts_a_month() -> None:
    assert relief_until(date(2027, 3, 15)) == date(2027, 4, 15)
    assert relief_until(date(2026, 1, 31)) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("paid", "yen"),
    [
        (date(2026, 3, 1), 0),
        (date(2026, 3, 16), 0),
        (date(2026, 3, 17), 76),
        (date(2026, 5, 16), 4_679),
        (date(2026, 5, 17), 4_928),
        (date(2026, 12, 16), 4_679 + 53_353),
    ],
)
def test_delinquency_turns_after_two_months(paid: date, yen: int) -> None:
    """By hand on a million yen: 61 days at 2.8 %, then 9.1 %, a year of 365 days."""
    assert delinquency(1_000_000, date(2026, 3, 16), paid) == yen


@pytest.mark.parametrize(
    "found",
    [
        [],
        [{"above_yen": 5, "percent": 15}],
        [{"above_yen": 0, "percent": 15}, {"above_yen": 0.5, "percent": 20}],
        [{"above_yen": 0, "percent": 101}],
        [{"above_yen": 0}],
        [7],
        [{"above_yen": 0, "percent": 15}, {"above_yen": 9, "percent": 15}, {"above_yen": 3, "percent": 15}],
    ],
)
def test_steps_of_wrong_shape_are_damage(found: list[object]) -> None:
    with changed(non_filing_surcharge={"found": found}), pytest.raises(UsageProblem) as caught:
        surcharge(1_000_000, voluntary=False)
    assert (caught.value.code, caught.value.data["fact"]) == ("facts.damaged", "non-filing-surcharge")
