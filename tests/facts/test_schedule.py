from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.clock import JST
from kaijo.errors import UsageProblem
from kaijo.facts.etax import etax_schedule
from kaijo.facts.hours import kiosk_schedule
from kaijo.facts.schedule import Schedule, Span, between, midnight_after

from .rows import make_row

MOMENTS = st.integers(0, 366 * 24 * 60 * 2).map(lambda m: datetime(2026, 6, 1, tzinfo=JST) + timedelta(minutes=m))


def schedule(**days: Span) -> Schedule:
    return Schedule(make_row({}), lambda day: days.get(f"d{day.day}"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-03-{text}:00+09:00")


def span(opens: str, closes: str) -> Span:
    return at(opens), at(closes)


def test_span_lasts_to_midnight_without_a_closing() -> None:
    assert between(date(2027, 3, 15), time(8, 30), None) == span("15T08:30", "16T00:00")
    assert between(date(2027, 3, 15), time(8, 30), time(17)) == span("15T08:30", "15T17:00")
    assert midnight_after(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=JST)


def test_opening_and_closing_across_a_day_off() -> None:
    shop = schedule(d15=span("15T09:00", "15T17:00"), d17=span("17T10:00", "17T12:00"))
    cases = [
        ("15T08:59", False, "15T09:00", "15T17:00"),
        ("15T09:00", True, "15T09:00", "15T17:00"),
        ("15T16:59", True, "15T16:59", "15T17:00"),
        ("15T17:00", False, "17T10:00", "17T12:00"),
        ("16T12:00", False, "17T10:00", "17T12:00"),
    ]
    for moment, is_open, opening, closing in cases:
        for asked in (at(moment), at(moment).astimezone(UTC)):
            assert (shop.is_open(asked), shop.next_opening(asked), shop.next_closing(asked)) == (
                is_open,
                at(opening),
                at(closing),
            )


def test_days_that_adjoin_at_midnight_are_one_opening() -> None:
    night = schedule(
        d15=span("15T08:30", "16T00:00"), d16=span("16T00:00", "17T00:00"), d17=span("17T08:30", "18T00:00")
    )
    assert night.next_closing(at("15T23:00")) == at("17T00:00")


def test_place_that_never_opens_is_damage() -> None:
    with pytest.raises(UsageProblem) as caught:
        schedule().next_opening(at("15T12:00"))
    assert caught.value.code == "facts.damaged"


@given(MOMENTS, st.sampled_from([kiosk_schedule(), etax_schedule(date(2027, 3, 1))]))
def test_next_opening_is_open_and_nothing_before_it_is(moment: datetime, place: Schedule) -> None:
    opening = place.next_opening(moment)
    assert place.is_open(opening)
    assert (opening == moment) == place.is_open(moment)
    assert opening == moment or not place.is_open(opening - timedelta(minutes=1))
    closing = place.next_closing(moment)
    assert closing > opening
    assert not place.is_open(closing)
    assert place.is_open(closing - timedelta(minutes=1))
