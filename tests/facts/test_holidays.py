from datetime import date

import pytest

from kaijo.facts.book import Fact, fact
from kaijo.facts.holidays import is_working_day, listed

from .rows import damaged_field


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 3, 12), True),
        (date(2027, 3, 13), False),
        (date(2027, 3, 14), False),
        (date(2027, 3, 15), True),
        (date(2027, 3, 22), False),
        (date(2026, 9, 22), False),
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2027, 1, 4), True),
        (date(2029, 1, 3), False),
        (date(2029, 5, 3), True),
    ],
    ids=str,
)
def test_working_days(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_holidays_of_two_years_are_listed_once_each() -> None:
    days = fact("holidays").take(list, "dates")
    assert days == sorted(set(days))
    assert [sum(day.year == year for day in days) for year in (2026, 2027)] == [18, 17]


@pytest.mark.parametrize("value", [{}, {"dates": "2027-01-01"}, {"dates": ["2027-01-01"]}, {"dates": [20270101]}])
def test_holidays_of_wrong_shape_are_damage(value: object) -> None:
    def read(row: Fact) -> object:
        return listed(row, date, "dates")

    assert damaged_field(read, value) == "value.dates"
