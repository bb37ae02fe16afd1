from datetime import UTC, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.clock import JST
from kaijo.facts.hours import Opening, kiosk_hours, kiosk_schedule
from kaijo.facts.readings import Reading

from .rows import damaged_field

MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the zone itself
    max_value=datetime(2035, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([JST, UTC, timezone(timedelta(hours=-9, minutes=-30))]),
)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-03-{text}+09:00")


@pytest.mark.parametrize(
    ("moment", "is_open", "opening", "closing"),
    [
        ("15T00:00:00", False, "15T06:30:00", "15T23:00:00"),
        ("15T06:29:59", False, "15T06:30:00", "15T23:00:00"),
        ("15T06:29:59.999999", False, "15T06:30:00", "15T23:00:00"),
        ("15T06:30:00", True, "15T06:30:00", "15T23:00:00"),
        ("15T22:59:59", True, "15T22:59:59", "15T23:00:00"),
        ("15T22:59:59.999999", True, "15T22:59:59.999999", "15T23:00:00"),
        ("15T23:00:00", False, "16T06:30:00", "16T23:00:00"),
        ("15T23:59:59", False, "16T06:30:00", "16T23:00:00"),
        ("16T00:00:00", False, "16T06:30:00", "16T23:00:00"),
    ],
)
def test_kiosk_hours_at_the_seams(moment: str, is_open: bool, opening: str, closing: str) -> None:
    hours = kiosk_hours()
    for zone in (JST, UTC):
        asked = _at(moment).astimezone(zone)
        assert hours.is_open(asked) is is_open
        assert hours.next_opening(asked) == _at(opening)
        assert hours.next_closing(asked) == _at(closing)


def test_kiosk_hours_are_japans_whatever_the_offset_of_the_question() -> None:
    evening_before_in_utc = datetime(2027, 3, 14, 21, 30, tzinfo=UTC)
    assert kiosk_hours().is_open(evening_before_in_utc)
    assert not kiosk_hours().is_open(datetime(2027, 3, 15, 14, 0, tzinfo=UTC))
    assert kiosk_hours().next_opening(evening_before_in_utc).isoformat() == "2027-03-15T06:30:00+09:00"


def test_next_opening_crosses_the_year() -> None:
    last_minute = datetime(2026, 12, 31, 23, 59, tzinfo=JST)
    assert kiosk_hours().next_opening(last_minute) == datetime(2027, 1, 1, 6, 30, tzinfo=JST)


@given(MOMENTS)
def test_opening_and_closing_agree_at_every_moment(moment: datetime) -> None:
    hours = kiosk_hours()
    opening, closing = hours.next_opening(moment), hours.next_closing(moment)
    assert hours.is_open(opening)
    assert not hours.is_open(closing)
    assert (opening == moment) is hours.is_open(moment)
    assert moment <= opening < moment + timedelta(days=1)
    assert moment < closing <= moment + timedelta(days=1)
    assert (opening.utcoffset(), closing.utcoffset()) == (timedelta(hours=9), timedelta(hours=9))


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"closes": time(23)}, "value.opens"),
        ({"opens": "06:30", "closes": time(23)}, "value.opens"),
        ({"opens": time(6), "closes": 23}, "value.closes"),
        ({"opens": time(6), "closes": time(6)}, "value.closes"),
        ({"opens": time(22), "closes": time(6)}, "value.closes"),
    ],
)
def test_hours_of_wrong_shape_are_damage(value: object, field: str) -> None:
    assert damaged_field(Opening.from_fact, value) == field


@pytest.mark.parametrize(
    ("day", "expected", "hopeful"),
    [("2026-12-28", True, True), ("2026-12-29", False, True), ("2027-01-03", False, True), ("2027-01-04", True, True)],
)
def test_kiosk_at_the_turn_of_the_year_in_both_readings(day: str, expected: bool, hopeful: bool) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00+09:00")
    readings = (Reading.EXPECTED, Reading.CAUTIOUS, Reading.HOPEFUL)
    assert [kiosk_schedule(reading).is_open(noon) for reading in readings] == [expected, expected, hopeful]


def test_kiosk_schedule_has_the_hours_of_every_day() -> None:
    schedule, hours = kiosk_schedule(), kiosk_hours()
    for minutes in range(0, 2 * 24 * 60, 15):
        moment = _at("15T00:00:00") + timedelta(minutes=minutes)
        assert schedule.is_open(moment) is hours.is_open(moment)
        assert schedule.next_opening(moment) == hours.next_opening(moment)
        assert schedule.next_closing(moment) == hours.next_closing(moment)
