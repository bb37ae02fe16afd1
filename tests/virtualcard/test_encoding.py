import json
from collections.abc import Callable
from typing import Any

import pytest

from kaijo.card.administration import Grant, Receipt
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.encoding import from_plain, to_plain
from kaijo.virtualcard.image import CardImage

from .handmade import RESERVATION, handmade_image


def plain_card() -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(to_plain(handmade_image())))
    return plain


def test_card_comes_back_as_it_was(image: CardImage) -> None:
    image.administration.reset_number = 7
    image.administration.last_receipt = Receipt(Grant(PinKind.RESIDENT, RESERVATION, 7), bytes(16))
    assert from_plain(json.loads(json.dumps(to_plain(image)))) == image


def test_pin_never_set_and_file_for_nobody_are_kept(image: CardImage) -> None:
    plain = to_plain(image)
    assert plain["directories"]["attributes"]["pins"]["0012"]["value"] is None
    assert plain["directories"]["jpki"]["files"]["0009"]["opened_by"] is None
    assert from_plain(plain) == image


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda card: card.pop("person"), id="person"),
        pytest.param(lambda card: card.update(atr="zz"), id="atr"),
        pytest.param(lambda card: card.update(directories=[]), id="directories"),
        pytest.param(lambda card: card["directories"].update(other={}), id="application"),
        pytest.param(lambda card: card["directories"]["jpki"]["pins"]["0018"].update(tries_left=4), id="tries"),
        pytest.param(lambda card: card["directories"]["jpki"]["pins"]["0018"].update(tries_left=True), id="type"),
        pytest.param(lambda card: card["directories"]["jpki"]["pins"]["0018"].update(tries_max=16), id="most tries"),
        pytest.param(lambda card: card["administration"].update(last_receipt="00"), id="receipt"),
        pytest.param(lambda card: card["administration"].update(reset_number=-1), id="reset number"),
        pytest.param(lambda card: card["administration"].update(reset_number=1 << 32), id="big reset number"),
        pytest.param(lambda card: card["data_objects"].update(tag="00"), id="tag"),
    ],
)
def test_plain_value_of_another_shape_is_no_card(damage: Callable[[dict[str, Any]], object]) -> None:
    plain = plain_card()
    damage(plain)
    assert from_plain(plain) is None


@pytest.mark.parametrize("plain", [None, [], 1, "card", {}])
def test_other_value_is_no_card(plain: object) -> None:
    assert from_plain(plain) is None
