"""Facts grown old: every plan that uses one says so, from the day after the age that the facts themselves set."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kaijo.facts.book import fact, use

from .nights import MEANS, night, planned, unsure

NIGHT = date(2027, 3, 15)
LOCKED = night("2027-03-15T20:00")
UNSURE = night("2027-03-15T20:00", pins={"signature": {"memory": "unsure"}, "authentication": unsure(0.5, 3)})
PAPER = night(
    "2027-03-15T20:00",
    filing={"deadline": "2027-03-15", "kind": "blue"},
    equipment={**dict.fromkeys(MEANS, False), "printer": True},
    places={"stores": [], "drop_box": {"minutes": 10}},
)
OFFICE = night("2027-03-15T14:00", places={"counter": {"minutes": 5}})


def stale(raw: dict[str, Any], fact_id: str, age: int) -> list[tuple[str, ...]]:
    with use({fact_id: replace(fact(fact_id), checked=NIGHT - timedelta(days=age))}):
        return [warning.facts for warning in planned(raw).warnings if warning.word == "stale-facts"]


@pytest.mark.parametrize(
    ("raw", "fact_id"),
    [
        (LOCKED, "kiosk-hours"),
        (LOCKED, "reservation-life"),
        (LOCKED, "chance-face-match"),
        (LOCKED, "chance-shop-all"),
        (UNSURE, "chance-unsure"),
        (UNSURE, "chance-next-idea"),
        (UNSURE, "duration-look-for-slip"),
        (PAPER, "drop-box"),
        (PAPER, "duration-print-return"),
        (PAPER, "blue-deduction"),
        (PAPER, "marginal-rate"),
        (PAPER, "etax-pins"),
        (OFFICE, "duration-counter-queue"),
    ],
)
def test_plan_warns_of_a_fact_it_uses_from_the_181st_day(raw: dict[str, Any], fact_id: str) -> None:
    assert stale(raw, fact_id, 180) == []
    assert stale(raw, fact_id, 181) == [(fact_id,)]


def test_plan_does_not_warn_of_an_old_fact_it_has_no_use_for() -> None:
    assert stale(LOCKED, "late-relief", 1000) == []
