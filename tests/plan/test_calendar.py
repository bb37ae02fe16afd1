from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from kaijo.plan.calendar import calendar_text
from kaijo.words import LANGS, Lang

from .nights import KNOWN, night, planned


def read(text: bytes) -> list[Event]:
    calendar = Calendar.from_ical(text)
    assert isinstance(calendar, Calendar)
    return calendar.events


@pytest.mark.parametrize("lang", LANGS)
def test_calendar_has_each_step_and_its_latest_start_with_an_alarm(lang: Lang) -> None:
    made = planned(night("2027-03-15T21:40"))
    events = read(calendar_text(made, lang))
    steps = made.routes[0].steps
    assert [event.start for event in events[::2]] == [step.start for step in steps]
    assert [event.end for event in events[::2]] == [step.end for step in steps]
    assert [event.start for event in events[1::2]] == [step.latest_start for step in steps]
    assert [len(event.walk("VALARM")) for event in events] == [0, 1] * len(steps)
    first = events[1].alarms.times[0].trigger
    assert first + timedelta(minutes=10) == steps[0].latest_start
    assert len({event.uid for event in events}) == len(events)


def test_calendar_is_the_same_each_time_in_utc_with_short_lines() -> None:
    made = planned(night("2027-03-15T21:40"))
    text = calendar_text(made, "ja")
    assert text == calendar_text(made, "ja")
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    first = read(text)[0]
    assert first.start == datetime(2027, 3, 15, 12, 40, tzinfo=UTC)
    assert first.location == "自宅"


def test_commas_are_escaped() -> None:
    made = planned(night("2027-03-15T21:40", pins={"signature": KNOWN, "authentication": KNOWN}))
    assert b"SUMMARY:Sign\\, send\\, and look" in calendar_text(made, "en")


def test_late_route_has_no_latest_starts_and_no_route_no_events() -> None:
    late = planned(night("2027-03-16T09:00"))
    assert len(read(calendar_text(late, "en"))) == len(late.routes[0].steps)
    nothing = planned({"now": "2027-03-15T20:00", "pins": {}})
    assert read(calendar_text(nothing, "en")) == []
