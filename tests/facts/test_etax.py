from datetime import UTC, date, datetime, timedelta

import pytest

from kaijo.clock import JST
from kaijo.facts.etax import (
    etax_cut,
    etax_first_use,
    etax_open,
    etax_pins,
    etax_schedule,
    next_etax_opening,
)
from kaijo.facts.filing import filing_deadline
from kaijo.facts.pins import PinKind
from kaijo.facts.readings import Reading

from .changed import changed


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("moment", "hopeful", "cautious"),
    [
        ("2027-03-14T23:59:59", True, True),
        ("2027-03-15T00:00:00", True, False),
        ("2027-03-15T08:29:59", True, False),
        ("2027-03-15T08:30:00", True, True),
        ("2027-03-15T23:59:59", True, True),
        ("2027-03-16T00:00:00", True, False),
        ("2027-03-16T08:30:00", True, True),
        ("2027-02-15T08:29:59", False, False),
        ("2027-02-16T00:00:00", True, True),
        ("2027-02-14T12:00:00", False, False),
        ("2027-02-23T12:00:00", True, True),
        ("2027-03-20T12:00:00", False, False),
        ("2026-03-09T08:29:59", True, False),
    ],
)
def test_etax_at_the_seams_in_both_readings(moment: str, hopeful: bool, cautious: bool) -> None:
    for asked in (at(moment), at(moment).astimezone(UTC)):
        assert etax_open(asked, Reading.HOPEFUL) is hopeful
        assert etax_open(asked, Reading.CAUTIOUS) is cautious
        assert etax_open(asked) is cautious


def test_cautious_reading_is_never_open_where_the_hopeful_is_not() -> None:
    start = at("2027-01-01T00:00:00")
    for half_hours in range(48 * 120):
        moment = start + timedelta(minutes=30 * half_hours)
        assert etax_open(moment, Reading.HOPEFUL) >= etax_open(moment, Reading.CAUTIOUS)


@pytest.mark.parametrize("year", range(2026, 2036))
def test_season_lasts_to_the_deadline_on_each_weekday(year: int) -> None:
    last = filing_deadline(year)
    assert etax_schedule(last).row.id == "etax-hours-season"
    assert etax_schedule(last + timedelta(days=1)).row.id == "etax-hours-off-season"
    noon = datetime(last.year, last.month, last.day, 12, tzinfo=JST)
    assert etax_open(noon)
    assert etax_schedule(last).next_closing(noon) >= etax_cut(last)


def test_next_opening_waits_out_the_monday_hole() -> None:
    hole = at("2027-03-15T01:00:00")
    assert next_etax_opening(hole, Reading.HOPEFUL) == hole
    assert next_etax_opening(hole, Reading.CAUTIOUS) == at("2027-03-15T08:30:00")


def test_announced_stop_shuts_it_for_the_day() -> None:
    with changed(etax_closed={"dates": [date(2027, 3, 10)]}):
        assert not etax_open(at("2027-03-10T12:00:00"))
        assert next_etax_opening(at("2027-03-10T12:00:00")) == at("2027-03-11T00:00:00")
    assert etax_open(at("2027-03-10T12:00:00"))


def test_cut_is_the_midnight_after_the_deadline() -> None:
    assert etax_cut(date(2027, 3, 15)).isoformat() == "2027-03-16T00:00:00+09:00"


def test_pins_in_the_order_asked() -> None:
    assert etax_pins() == (PinKind.AUTHENTICATION, PinKind.SIGNATURE)
    assert etax_first_use() is PinKind.ATTRIBUTES
