from datetime import UTC, date, datetime, time, timedelta

import pytest

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.assumptions import duration
from kaijo.facts.counter import (
    Visitor,
    counter_hours,
    counter_kinds,
    counter_schedule,
    crowded,
    letter,
    next_counter_opening,
    queue,
    visits,
)
from kaijo.facts.hours import Opening
from kaijo.facts.pins import PinKind

from .changed import changed


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


def test_town_that_opens_on_a_saturday_says_so_in_its_own_file() -> None:
    saturday = datetime(2027, 3, 13, 10, tzinfo=JST)
    also = [{"day": date(2027, 3, 13), "opens": time(9), "closes": time(12)}]
    with changed(counter_hours={"opens": time(9), "also": also}):
        assert counter_schedule().is_open(saturday)
        assert next_counter_opening(saturday.replace(hour=12)).isoformat() == "2027-03-15T09:00:00+09:00"
    assert not counter_schedule().is_open(saturday)


@pytest.mark.parametrize(
    ("also", "field"),
    [
        ([7], "value.day"),
        ([{"day": "2027-03-13"}], "value.day"),
        ([{"day": date(2027, 3, 13), "opens": time(9)}], "value.closes"),
        ([{"day": date(2027, 3, 13), "opens": time(9), "closes": time(8)}], "value.closes"),
    ],
)
def test_further_days_of_wrong_shape_are_damage(also: list[object], field: str) -> None:
    with changed(counter_hours={"also": also}), pytest.raises(UsageProblem) as caught:
        counter_schedule()
    assert caught.value.data == {"file": "kaijo.toml", "fact": "counter-hours", "field": field}


def test_counter_resets_all_four() -> None:
    assert counter_kinds() == set(PinKind)


def test_proxy_goes_twice_with_days_between() -> None:
    assert [visits(visitor) for visitor in Visitor] == [1, 1, 2]
    assert (letter().typical, letter().cautious) == (timedelta(days=4), timedelta(days=10))


@pytest.mark.parametrize(
    ("moment", "is_crowded"),
    [
        ("2027-02-01T10:00", True),
        ("2027-02-02T10:00", False),
        ("2027-02-05T13:59", False),
        ("2027-02-05T14:00", True),
        ("2027-02-10T16:00", False),
        ("2027-02-12T09:00", True),
        ("2027-03-05T10:00", False),
        ("2027-03-08T10:00", True),
        ("2027-03-09T10:00", True),
        ("2027-03-16T10:00", False),
    ],
)
def test_queue_is_long_on_crowded_days(moment: str, is_crowded: bool) -> None:
    asked = datetime.fromisoformat(moment).replace(tzinfo=JST)
    assert crowded(asked) is crowded(asked.astimezone(UTC)) is is_crowded
    assert queue(asked) == duration("counter-queue-crowded" if is_crowded else "counter-queue")
