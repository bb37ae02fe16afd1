from math import log2
from random import Random

import pytest

from kaijo.card.pins import normalise
from kaijo.facts.keeping import suggested_shape
from kaijo.facts.pins import PinKind
from kaijo.keep.suggestion import suggest
from kaijo.keep.weakness import weaknesses

FOUR = [kind for kind in PinKind if kind is not PinKind.SIGNATURE]


@pytest.mark.parametrize("kind", PinKind)
def test_suggestion_is_a_pin_that_no_rule_speaks_against(kind: PinKind) -> None:
    for seed in range(300):
        made = suggest(kind, Random(seed))
        assert normalise(kind, made.pin) == made.pin
        assert weaknesses(kind, made.pin) == ()


@pytest.mark.parametrize("kind", FOUR)
def test_choices_of_four_digits_are_counted(kind: PinKind) -> None:
    good = {pin for pin in (f"{number:04}" for number in range(10_000)) if not weaknesses(kind, pin)}
    assert suggest(kind).choices == len(good)
    assert suggest(kind).bits == log2(len(good))


def test_signature_suggestion_has_sounds_first_and_digits_last() -> None:
    shape, made = suggested_shape(), suggest(PinKind.SIGNATURE, Random(3))
    letters, digits = made.pin[: -shape.digits], made.pin[-shape.digits :]
    assert (len(letters), letters.isalpha(), digits.isdigit()) == (2 * shape.syllables, True, True)
    sounds, _, said = made.reading.partition(" ")
    assert (len(sounds), said) == (shape.syllables, " ".join(digits))


def test_every_prefix_of_sounds_leaves_the_same_digits() -> None:
    """The count of choices is a product because of this."""
    prefixes = [suggest(PinKind.SIGNATURE, Random(seed)).pin[:6] for seed in range(40)]
    digits = [f"{number:04}" for number in range(0, 10_000, 7)]
    kept = {tuple(four for four in digits if not weaknesses(PinKind.SIGNATURE, head + four)) for head in prefixes}
    assert len(kept) == 1


def test_suggestion_hides_its_pin_from_repr() -> None:
    made = suggest(PinKind.SIGNATURE)
    assert made.pin not in repr(made)
    assert made.reading not in repr(made)
