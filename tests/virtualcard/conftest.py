import pytest

from kaijo.virtualcard.card import VirtualCard
from kaijo.virtualcard.image import CardImage

from .handmade import handmade_image


@pytest.fixture
def image() -> CardImage:
    return handmade_image()


@pytest.fixture
def card(image: CardImage) -> VirtualCard:
    return VirtualCard(image, place="table")
