from functools import partial
from typing import Any

import pytest

from kaijo.facts.pins import PinKind, PinRule, code_tries, pin_rule, tries_floor

from .rows import damaged_field, make_row

SIX = {"min_length": 6, "max_length": 16, "alphabet": "digits", "needs_letter_and_digit": False, "tries_max": 5}


def test_signature_pin_is_6_to_16_upper_case_and_digits_with_5_tries() -> None:
    assert pin_rule(PinKind.SIGNATURE) == PinRule(PinKind.SIGNATURE, 6, 16, "upper-and-digits", True, 5)


@pytest.mark.parametrize("kind", [PinKind.AUTHENTICATION, PinKind.RESIDENT, PinKind.ATTRIBUTES])
def test_other_pins_are_4_digits_with_3_tries(kind: PinKind) -> None:
    assert pin_rule(kind) == PinRule(kind, 4, 4, "digits", False, 3)


def test_codes_have_10_tries() -> None:
    assert code_tries() == 10


def test_guard_keeps_two_tries() -> None:
    assert tries_floor() == 2


def test_pin_rule_reads_its_row() -> None:
    made = PinRule.from_fact(PinKind.RESIDENT, make_row(SIX))
    assert made == PinRule(PinKind.RESIDENT, 6, 16, "digits", False, 5)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"min_length": 0}, "value.min_length"),
        ({"min_length": "6"}, "value.min_length"),
        ({"max_length": 5}, "value.max_length"),
        ({"max_length": True}, "value.max_length"),
        ({"alphabet": "kana"}, "value.alphabet"),
        ({"alphabet": 10}, "value.alphabet"),
        ({"needs_letter_and_digit": 0}, "value.needs_letter_and_digit"),
        ({"tries_max": -3}, "value.tries_max"),
    ],
)
def test_pin_row_of_wrong_shape_is_damage(change: dict[str, Any], field: str) -> None:
    assert damaged_field(partial(PinRule.from_fact, PinKind.RESIDENT), SIX | change) == field


@pytest.mark.parametrize("missing", sorted(SIX))
def test_pin_row_without_a_field_is_damage(missing: str) -> None:
    value = {key: part for key, part in SIX.items() if key != missing}
    assert damaged_field(partial(PinRule.from_fact, PinKind.RESIDENT), value) == f"value.{missing}"
