from datetime import date, datetime, time

import pytest

from kaijo.clock import JST
from kaijo.facts.filing import filing_deadline
from kaijo.facts.paper import drop_box_cut, post_cut, post_schedule, tax_office_schedule
from kaijo.facts.readings import Reading

from .changed import changed


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def test_postmark_of_the_last_day_is_in_time() -> None:
    assert post_cut(date(2027, 3, 15)) == at("2027-03-16T00:00")


@pytest.mark.parametrize(
    ("deadline", "hopeful"),
    [
        (date(2027, 3, 15), "2027-03-16T08:30"),
        (date(2026, 3, 16), "2026-03-17T08:30"),
        (date(2027, 3, 19), "2027-03-23T08:30"),
    ],
)
def test_drop_box_counts_to_midnight_or_hopefully_to_the_next_collection(deadline: date, hopeful: str) -> None:
    midnight = post_cut(deadline)
    assert [drop_box_cut(deadline, reading) for reading in (Reading.EXPECTED, Reading.CAUTIOUS)] == [midnight] * 2
    assert drop_box_cut(deadline, Reading.HOPEFUL) == at(hopeful)


@pytest.mark.parametrize("year", range(2026, 2036))
def test_collection_after_a_deadline_is_never_before_its_midnight(year: int) -> None:
    deadline = filing_deadline(year)
    assert drop_box_cut(deadline, Reading.HOPEFUL) > drop_box_cut(deadline)


def test_tax_office_is_shut_on_days_off() -> None:
    office = tax_office_schedule()
    assert [office.is_open(at(f"2027-03-{day}T12:00")) for day in ("12", "13", "15", "22")] == [
        True,
        False,
        True,
        False,
    ]


def test_post_office_by_example_and_as_looked_up() -> None:
    saturday, monday = at("2027-03-13T18:00"), at("2027-03-15T18:00")
    assert [post_schedule().is_open(moment) for moment in (saturday, monday)] == [False, False]
    assert [post_schedule(time(19)).is_open(moment) for moment in (saturday, monday)] == [True, True]
    assert post_schedule(time(19)).next_closing(monday) == at("2027-03-15T19:00")
    assert post_schedule(time(8)).span(date(2027, 3, 15)) is None


def test_local_file_moves_the_example() -> None:
    with changed(post_counter_hours={"closes": time(19)}):
        assert post_schedule().is_open(at("2027-03-15T18:00"))
