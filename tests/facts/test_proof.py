from functools import partial

import pytest

from kaijo.facts.pins import PinKind
from kaijo.facts.proof import proof_kind, read_proof

from .rows import damaged_field


def test_signature_and_authentication_prove_each_other() -> None:
    assert proof_kind(PinKind.SIGNATURE) is PinKind.AUTHENTICATION
    assert proof_kind(PinKind.AUTHENTICATION) is PinKind.SIGNATURE


@pytest.mark.parametrize("kind", [PinKind.RESIDENT, PinKind.ATTRIBUTES])
def test_other_pins_have_no_proof_but_the_counter(kind: PinKind) -> None:
    assert proof_kind(kind) is None


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("authentication", "value"),
        ({"signature": 3}, "value.signature"),
        ({"signature": "fingerprint"}, "value.signature"),
    ],
)
def test_proof_of_wrong_shape_is_damage(value: object, field: str) -> None:
    assert damaged_field(partial(read_proof, kind=PinKind.SIGNATURE), value) == field
