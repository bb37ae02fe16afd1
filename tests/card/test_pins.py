import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.card.files import Code
from kaijo.card.pins import normalise
from kaijo.errors import GuardRefused
from kaijo.facts.pins import PinKind


@pytest.mark.parametrize(
    ("kind", "typed", "sent"),
    [
        (PinKind.SIGNATURE, "abc123", "ABC123"),
        (PinKind.SIGNATURE, "ＡＢＣ１２３", "ABC123"),
        (PinKind.SIGNATURE, "A1" * 8, "A1" * 8),
        (PinKind.AUTHENTICATION, "１２３４", "1234"),
        (PinKind.RESIDENT, "0000", "0000"),
        (Code.CODE_B, "55021720352285", "55021720352285"),
    ],
)
def test_right_form_is_folded(kind: PinKind | Code, typed: str, sent: str) -> None:
    assert normalise(kind, typed) == sent


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (PinKind.SIGNATURE, "ABC12"),
        (PinKind.SIGNATURE, "A1" * 8 + "A"),
        (PinKind.SIGNATURE, "123456"),
        (PinKind.SIGNATURE, "ABCDEF"),
        (PinKind.SIGNATURE, "ABC-123"),
        (PinKind.SIGNATURE, "ABC 123"),
        (PinKind.AUTHENTICATION, "123"),
        (PinKind.AUTHENTICATION, "12345"),
        (PinKind.AUTHENTICATION, "12a4"),
        (PinKind.AUTHENTICATION, "٣٣٣٣"),
        (PinKind.ATTRIBUTES, ""),
        (Code.CODE_A, "12345678901"),
    ],
)
def test_wrong_form_is_refused_without_the_text(kind: PinKind | Code, typed: str) -> None:
    with pytest.raises(GuardRefused) as caught:
        normalise(kind, typed)
    assert caught.value.code == "guard.wrong-form"
    assert not typed or typed not in str(caught.value.diagnostics())


@given(st.sampled_from(PinKind), st.text(max_size=20))
def test_what_passes_is_plain_ascii_and_passes_again(kind: PinKind, typed: str) -> None:
    try:
        sent = normalise(kind, typed)
    except GuardRefused:
        return
    assert sent.isascii()
    assert normalise(kind, sent) == sent
