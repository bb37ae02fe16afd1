import pytest

from kaijo.facts.book import book, fact
from kaijo.facts.readings import Reading, contested, side

from .changed import changed
from .rows import damaged_field, make_row


def test_row_without_two_readings_is_taken_whole() -> None:
    assert [side(make_row({"days": 1}), reading) for reading in Reading] == [(), (), ()]
    assert [side(make_row(3), reading) for reading in Reading] == [(), (), ()]


def test_open_dispute_has_both_sides_and_one_that_is_expected() -> None:
    row = fact("certificate-usable")
    assert [side(row, reading) for reading in (Reading.EXPECTED, Reading.HOPEFUL, Reading.CAUTIOUS)] == [
        ("hopeful",),
        ("hopeful",),
        ("cautious",),
    ]


def test_settled_dispute_has_one_side() -> None:
    with changed(certificate_usable={"expected": "cautious"}):
        assert {side(fact("certificate-usable"), reading) for reading in Reading} == {("cautious",)}
        assert contested(["certificate-usable", "reset-usable"]) == ("reset-usable",)


def test_contested_facts_are_those_with_two_readings() -> None:
    assert sorted(contested(book())) == [
        "blue-deduction-from-2028",
        "certificate-usable",
        "drop-box",
        "etax-hours-off-season",
        "etax-hours-season",
        "id-password",
        "kiosk-year-end",
        "reset-face-authentication",
        "reset-usable",
    ]


@pytest.mark.parametrize("expected", ["expected", "other", 1])
def test_expectation_that_is_no_side_is_damage(expected: object) -> None:
    value = {"hopeful": {}, "cautious": {}, "expected": expected}
    assert damaged_field(lambda row: side(row, Reading.EXPECTED), value) == "value.expected"
