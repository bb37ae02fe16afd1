from datetime import timedelta
from fractions import Fraction

import pytest

from kaijo.errors import UsageProblem
from kaijo.facts.assumptions import Chance, Duration, chance, duration, marginal_rate
from kaijo.facts.book import book
from kaijo.facts.shares import share

from .changed import changed
from .rows import damaged_field


def test_durations_are_typical_and_cautious() -> None:
    assert duration("try-pin") == Duration(timedelta(minutes=1), timedelta(minutes=2))
    assert duration("reserve") == Duration(timedelta(minutes=10), timedelta(minutes=25))
    assert duration("counter-queue-crowded") == Duration(timedelta(minutes=60), timedelta(minutes=180))
    assert duration("inquiry-letter") == Duration(timedelta(days=4), timedelta(days=10))


def test_chances_are_parts_of_one() -> None:
    assert chance("face-match") == Chance(Fraction(9, 10), Fraction(6, 10))
    assert marginal_rate() == Fraction(3, 10)


def test_every_row_of_either_kind_can_be_read() -> None:
    read = {"duration": duration, "chance": chance}
    seen = [(kind, act) for kind, _, act in (row.partition("-") for row in book()) if kind in read and act]
    assert len(seen) >= 18
    for kind, act in seen:
        read[kind](act)


def test_unknown_act_is_a_usage_problem() -> None:
    with pytest.raises(UsageProblem) as caught:
        duration("fly")
    assert caught.value.diagnostics() == {"code": "facts.unknown", "data": {"fact": "duration-fly"}}


def test_local_file_knows_better() -> None:
    with changed(duration_kiosk={"minutes": {"typical": 7}}):
        assert duration("kiosk") == Duration(timedelta(minutes=7), timedelta(minutes=15))
    assert duration("kiosk").typical == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "value.minutes.typical"),
        ({"minutes": 5}, "value.minutes.typical"),
        ({"minutes": {"typical": 5}}, "value.minutes.cautious"),
        ({"minutes": {"typical": 0, "cautious": 5}}, "value.minutes.typical"),
        ({"minutes": {"typical": 5, "cautious": 4}}, "value.minutes.cautious"),
        ({"days": {"typical": 5, "cautious": 4}}, "value.days.cautious"),
    ],
)
def test_duration_of_wrong_shape_is_damage(value: object, field: str) -> None:
    assert damaged_field(Duration.from_fact, value) == field


@pytest.mark.parametrize(
    ("percent", "field"),
    [
        (90, "value.percent.typical"),
        ({"typical": 90}, "value.percent.cautious"),
        ({"typical": 101, "cautious": 60}, "value.percent.typical"),
        ({"typical": 90, "cautious": -1}, "value.percent.cautious"),
        ({"typical": 60, "cautious": 90}, "value.percent.cautious"),
        ({"typical": True, "cautious": 1}, "value.percent.typical"),
        ({"typical": "90", "cautious": 1}, "value.percent.typical"),
        ({"typical": float("nan"), "cautious": 1}, "value.percent.typical"),
    ],
)
def test_chance_of_wrong_shape_is_damage(percent: object, field: str) -> None:
    assert damaged_field(Chance.from_fact, {"percent": percent}) == field


def test_share_of_a_decimal_is_exact() -> None:
    with changed(delinquency_tax={"first": {"percent": 2.8}}):
        assert share(book()["delinquency-tax"], "first", "percent") == Fraction(28, 1000)
