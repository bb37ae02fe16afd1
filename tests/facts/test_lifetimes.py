from datetime import timedelta

import pytest

from kaijo.facts.book import fact
from kaijo.facts.lifetimes import (
    challenge_life,
    consent_reading_life,
    kiosk_session_life,
    life,
    reservation_life,
)

from .rows import damaged_field, make_row


def test_lives_are_those_of_the_book() -> None:
    assert reservation_life() == timedelta(hours=24)
    assert challenge_life() == timedelta(minutes=5)
    assert kiosk_session_life() == timedelta(minutes=3)
    assert consent_reading_life() == timedelta(seconds=5)


def test_idle_terminal_warns_before_it_wipes() -> None:
    assert (life(fact("idle-warning")), life(fact("idle-limit"))) == (timedelta(seconds=45), timedelta(seconds=60))


@pytest.mark.parametrize(
    ("value", "span"),
    [({"hours": 2}, timedelta(hours=2)), ({"minutes": 90}, timedelta(minutes=90)), ({"seconds": 1}, timedelta(0, 1))],
)
def test_life_reads_each_unit(value: dict[str, int], span: timedelta) -> None:
    assert life(make_row(value)) == span


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (24, "value"),
        ({}, "value"),
        ({"days": 1}, "value"),
        ({"hours": 1, "minutes": 30}, "value"),
        ({"hours": 0}, "value.hours"),
        ({"minutes": 1.5}, "value.minutes"),
    ],
)
def test_life_of_wrong_shape_is_damage(value: object, field: str) -> None:
    assert damaged_field(life, value) == field
