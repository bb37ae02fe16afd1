"""Power cut at every point of every write of everything that writes: the card is the old one or the new one."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kaijo.card.files import Application, Jpki
from kaijo.errors import CardTrouble
from kaijo.facts.pins import PinKind
from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.cardfile import WritePoint, create, load, open_card
from kaijo.virtualcard.faults import PowerCutAt
from kaijo.virtualcard.image import CardImage

from .handmade import (
    COMMON,
    JPKI,
    RESIDENT,
    RIGHT_AUTHENTICATION,
    RIGHT_RESIDENT,
    WRONG_AUTHENTICATION,
    Office,
    handmade_image,
    talk,
)

Act = Callable[[VirtualCard], None]


def verify_right(card: VirtualCard) -> None:
    talk(card, JPKI, RIGHT_AUTHENTICATION)


def verify_wrong(card: VirtualCard) -> None:
    talk(card, JPKI, WRONG_AUTHENTICATION)


def change(card: VirtualCard) -> None:
    talk(card, JPKI, RIGHT_AUTHENTICATION, "002401980437373737")


def change_resident(card: VirtualCard) -> None:
    talk(card, RESIDENT, RIGHT_RESIDENT, "8032009C0437373737", COMMON, RIGHT_RESIDENT, "8032009C0437373737")


def reset(card: VirtualCard) -> None:
    Office(card).grant(PinKind.AUTHENTICATION)
    talk(card, JPKI, "002C02980437373737")


def reset_resident(card: VirtualCard) -> None:
    Office(card).grant(PinKind.RESIDENT)
    talk(card, COMMON, "002C029C0437373737")


WRITES: dict[Act, int] = {verify_right: 2, verify_wrong: 1, change: 3, change_resident: 6, reset: 1, reset_resident: 1}
CUTS = [
    pytest.param(act, write, point, id=f"{act.__name__}-{write}-{point.value}")
    for act, writes in WRITES.items()
    for write in range(1, writes + 1)
    for point in WritePoint
]


def used_card() -> CardImage:
    image = handmade_image()
    image.directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].tries_left = 2
    return image


def versions(path: Path, act: Act) -> list[CardImage]:
    """Return what the file holds before the act and after each of its writes."""
    create(path, used_card())
    seen = [load(path)]

    def look(point: WritePoint) -> None:
        if point is WritePoint.EXCHANGED:
            seen.append(load(path))

    card = open_card(path, passing=look)
    act(card)
    card.close()
    return seen


@pytest.mark.parametrize("act", WRITES, ids=lambda act: act.__name__)
def test_number_of_writes_is_as_small_as_can_be(tmp_path: Path, act: Act) -> None:
    seen = versions(tmp_path / "card", act)
    assert len(seen) - 1 == WRITES[act]


@pytest.mark.parametrize(("act", "write", "point"), CUTS)
def test_cut_leaves_the_old_or_the_new_card(tmp_path: Path, act: Act, write: int, point: WritePoint) -> None:
    expected = versions(tmp_path / "whole", act)[write if point is WritePoint.EXCHANGED else write - 1]
    path = tmp_path / "cut"
    create(path, used_card())
    card = open_card(path, passing=PowerCutAt(write, point))
    with pytest.raises(CardTrouble) as caught:
        act(card)
    assert caught.value.code == "card.removed"
    with pytest.raises(CardTrouble) as caught:
        talk(card, JPKI)
    assert caught.value.code == "card.removed"
    card.close()
    assert load(path) == expected
    again = open_card(path)
    act(again)  # the file can be written again, whatever the cut left beside it
    again.close()


@pytest.mark.parametrize("write", [1, 2])
@pytest.mark.parametrize("point", WritePoint)
@pytest.mark.parametrize("command", [RIGHT_AUTHENTICATION, WRONG_AUTHENTICATION])
def test_cut_verify_never_gives_a_try(tmp_path: Path, write: int, point: WritePoint, command: str) -> None:
    path = tmp_path / "card"
    create(path, used_card())
    card = open_card(path, passing=PowerCutAt(write, point))
    with suppress(CardTrouble):
        assert talk(card, JPKI, command)[1] != "9000"
    card.close()
    left = load(path).directories[Application.JPKI].pins[Jpki.AUTHENTICATION_PIN].tries_left
    if write == 1 and point is not WritePoint.EXCHANGED:
        assert left == 2
    elif command == RIGHT_AUTHENTICATION and write == 2 and point is WritePoint.EXCHANGED:
        assert left == 3
    else:
        assert left == 1
