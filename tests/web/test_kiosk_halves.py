import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.errors import UsageProblem
from kaijo.web.kiosk.halves import join, part

PINS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=16)


@given(PINS)
def test_halves_make_the_pin_again_and_neither_holds_it(pin: str) -> None:
    kept, carried = part(pin)
    assert join(kept, carried) == pin
    assert (len(kept), len(bytes.fromhex(carried))) == (32, 32)
    assert (pin.encode().ljust(32, b"\0") == kept, pin.encode() in bytes.fromhex(carried) and len(pin) > 4) == (
        False,
        False,
    )


def test_halves_of_the_same_pin_differ_each_time() -> None:
    assert part("8642")[0] != part("8642")[0]


@pytest.mark.parametrize("carried", ["", "00", "x" * 64, "0" * 62])
def test_half_that_is_none_is_refused(carried: str) -> None:
    with pytest.raises(UsageProblem, match=r"web\.bad-form"):
        join(part("8642")[0], carried)
