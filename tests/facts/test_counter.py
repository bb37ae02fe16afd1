from datetime import UTC, datetime, time

import pytest

from kaijo.clock import JST
from kaijo.facts.counter import counter_hours, next_counter_opening
from kaijo.facts.hours import Opening


def test_counter_hours_are_the_example() -> None:
    assert counter_hours() == Opening(time(8, 30), time(17))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2027-03-15T08:29:59", "2027-03-15T08:30:00"),
        ("2027-03-15T16:59:59", "2027-03-15T16:59:59"),
        ("2027-03-15T17:00:00", "2027-03-16T08:30:00"),
        ("2027-03-15T22:00:00", "2027-03-16T08:30:00"),
        ("2027-03-12T17:00:00", "2027-03-15T08:30:00"),
        ("2027-03-13T12:00:00", "2027-03-15T08:30:00"),
        ("2027-03-19T18:00:00", "2027-03-23T08:30:00"),
        ("2026-12-28T17:00:00", "2027-01-04T08:30:00"),
    ],
)
def test_next_counter_opening_skips_days_off(moment: str, opening: str) -> None:
    asked = datetime.fromisoformat(moment).replace(tzinfo=JST)
    assert next_counter_opening(asked).isoformat() == f"{opening}+09:00"
    assert next_counter_opening(asked.astimezone(UTC)).isoformat() == f"{opening}+09:00"
