import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.errors import GuardRefused
from kaijo.facts.pins import PinKind
from kaijo.keep.weakness import weaknesses
from kaijo.words import LANGS, label

SIGNATURE, AUTHENTICATION = PinKind.SIGNATURE, PinKind.AUTHENTICATION


@pytest.mark.parametrize(
    ("kind", "pin", "found"),
    [
        (AUTHENTICATION, "0000", {"weak.repeats"}),
        (AUTHENTICATION, "1234", {"weak.run"}),
        (AUTHENTICATION, "9876", {"weak.run"}),
        (AUTHENTICATION, "0217", {"weak.date"}),
        (AUTHENTICATION, "1980", {"weak.date"}),
        (AUTHENTICATION, "8642", set()),
        (AUTHENTICATION, "7351", {"weak.card-number"}),
        (SIGNATURE, "AAAAA1", set()),
        (SIGNATURE, "AAAAAAAA1", {"weak.repeats"}),
        (SIGNATURE, "ABCD97", {"weak.run"}),
        (SIGNATURE, "TARO19800217", {"weak.date"}),
        (SIGNATURE, "X7351Y", {"weak.card-number"}),
        (SIGNATURE, "K4IJ9Q7", set()),
    ],
)
def test_weak_pin_is_named(kind: PinKind, pin: str, found: set[str]) -> None:
    assert set(weaknesses(kind, pin, card_number="40007351")) == found


@given(st.text("0123456789", min_size=4, max_size=4))
def test_every_weakness_has_words(pin: str) -> None:
    for code in weaknesses(AUTHENTICATION, pin):
        assert all(label(code, lang) for lang in LANGS)


def test_wrong_form_is_no_weakness() -> None:
    with pytest.raises(GuardRefused):
        weaknesses(AUTHENTICATION, "12345")
