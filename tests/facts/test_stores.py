from typing import Any

import pytest

from kaijo.facts.book import fact
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import Chain, chains_for, read_offers

from .rows import damaged_field

WHOLE: dict[str, Any] = {chain.value: {"resets": ["signature"], "shops": "all"} for chain in Chain}


def test_chains_are_the_planners_words() -> None:
    assert " ".join(chain.value for chain in Chain) == "seven-eleven aeon lawson familymart ministop daiei fuji"


def test_every_chain_resets_the_signature_pin() -> None:
    assert chains_for(PinKind.SIGNATURE) == tuple(Chain)


def test_only_three_chains_reset_the_authentication_pin() -> None:
    assert chains_for(PinKind.AUTHENTICATION) == (Chain.SEVEN_ELEVEN, Chain.AEON, Chain.FUJI)


@pytest.mark.parametrize("kind", [PinKind.RESIDENT, PinKind.ATTRIBUTES])
def test_no_chain_resets_the_other_pins(kind: PinKind) -> None:
    assert chains_for(kind) == ()


def test_chains_keep_to_the_scope_of_the_service() -> None:
    offered = {kind.value for kinds in read_offers(fact("reset-chains")).values() for kind in kinds}
    assert offered == set(fact("reset-scope").take(list, "kinds"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kiosk-k": {"resets": []}}, "value"),
        ({"fuji": 1}, "value.fuji.resets"),
        ({"fuji": {}}, "value.fuji.resets"),
        ({"fuji": {"resets": "signature"}}, "value.fuji.resets"),
        ({"fuji": {"resets": ["fingerprint"]}}, "value.fuji.resets"),
        ({"fuji": {"resets": [["signature"]]}}, "value.fuji.resets"),
    ],
)
def test_chain_table_of_wrong_shape_is_damage(change: dict[str, Any], field: str) -> None:
    assert damaged_field(read_offers, WHOLE | change) == field


def test_chain_table_without_a_chain_is_damage() -> None:
    assert damaged_field(read_offers, {key: part for key, part in WHOLE.items() if key != "daiei"}) == "value"
