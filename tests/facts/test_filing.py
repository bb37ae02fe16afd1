from datetime import UTC, date, datetime, timedelta

import pytest

from kaijo.clock import JST
from kaijo.facts.book import book, fact, use
from kaijo.facts.filing import ReturnKind, by_rule, due, filing_deadline, next_filing_deadline, refund_window
from kaijo.facts.local import local_facts

from .changed import TITLE, changed, own
from .rows import damaged_field


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2025, 17),
        (2026, 16),
        (2027, 15),
        (2028, 15),
        (2029, 15),
        (2030, 15),
        (2031, 17),
        (2032, 15),
        (2033, 15),
        (2034, 15),
        (2035, 15),
    ],
)
def test_deadline_moves_past_the_weekend(year: int, day: int) -> None:
    assert filing_deadline(year) == date(year, 3, day)


def test_announced_days_agree_with_the_rule() -> None:
    announced = sorted(row for row in book() if row.startswith("filing-deadline-"))
    assert announced == ["filing-deadline-2026", "filing-deadline-2027"]
    for row in announced:
        year = int(row.removeprefix("filing-deadline-"))
        assert fact(row).take(date, "last_day") == by_rule(fact("filing-deadline"), year)
        assert (fact(row).valid_from, fact(row).valid_until) == (date(year, 1, 1), date(year, 12, 31))


@pytest.mark.parametrize(
    ("moment", "deadline"),
    [
        (datetime(2027, 1, 1, tzinfo=JST), date(2027, 3, 15)),
        (datetime(2027, 3, 15, 21, 40, tzinfo=JST), date(2027, 3, 15)),
        (datetime(2027, 3, 15, 23, 59, 59, 999_999, tzinfo=JST), date(2027, 3, 15)),
        (datetime(2027, 3, 15, 14, 59, 59, tzinfo=UTC), date(2027, 3, 15)),
        (datetime(2027, 3, 16, tzinfo=JST), date(2028, 3, 15)),
        (datetime(2027, 3, 15, 15, 0, tzinfo=UTC), date(2028, 3, 15)),
        (datetime(2026, 3, 15, 23, 0, tzinfo=JST), date(2026, 3, 16)),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), date(2027, 3, 15)),
    ],
)
def test_next_deadline_lasts_until_midnight_in_japan(moment: datetime, deadline: date) -> None:
    assert next_filing_deadline(moment) == deadline


def test_next_deadline_is_never_over_and_never_more_than_a_year_away() -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=JST)
    for days in range(800):
        today = start + timedelta(days=days)
        assert timedelta(0) <= next_filing_deadline(today) - today.date() <= timedelta(days=366)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"month": 3}, "value.day"),
        ({"day": 15}, "value.month"),
        ({"month": "3", "day": 15}, "value.month"),
        ({"month": 2, "day": 30}, "value.day"),
        ({"month": 13, "day": 1}, "value.day"),
    ],
)
def test_deadline_rule_of_wrong_shape_is_damage(value: object, field: str) -> None:
    assert damaged_field(lambda row: by_rule(row, 2027), value) == field


def test_refund_can_be_asked_for_five_years() -> None:
    assert refund_window(2026) == (date(2027, 1, 1), date(2031, 12, 31))
    with changed(refund_window={"years": 1}):
        assert refund_window(2026) == (date(2027, 1, 1), date(2027, 12, 31))


def test_kinds_of_return_are_due_each_in_its_time() -> None:
    assert [due(kind, 2027) for kind in ReturnKind] == [date(2027, 3, 15), date(2027, 3, 15), date(2031, 12, 31)]


@pytest.mark.parametrize("year", range(2025, 2036))
def test_deadline_is_a_weekday_at_most_two_days_after_the_fifteenth(year: int) -> None:
    late = filing_deadline(year) - date(year, 3, 15)
    assert late.days == {5: 2, 6: 1}.get(date(year, 3, 15).weekday(), 0)


def test_announced_day_of_a_local_file_goes_before_the_rule() -> None:
    row = own({"last_day": date(2028, 4, 17)}, title=TITLE)
    with use(local_facts({"filing-deadline-2028": row}, "kaijo.toml")):
        assert filing_deadline(2028) == date(2028, 4, 17)
    assert filing_deadline(2028) == date(2028, 3, 15)
