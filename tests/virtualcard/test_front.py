"""The picture of a card's front: what is on the chip, for practice, the same each time."""

from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from kaijo.virtualcard import pictures
from kaijo.virtualcard.front import SIZE, front
from kaijo.virtualcard.identity import printed_date
from tests.support.world import issued


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(1988, 12, 16), "昭和63年12月16日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2020, 5, 1), "令和2年5月1日"),
        (date(1926, 12, 24), "1926年12月24日"),
    ],
)
def test_day_is_printed_in_its_era(day: date, printed: str) -> None:
    assert printed_date(day) == printed


def test_front_is_a_picture_of_a_card_the_same_each_time() -> None:
    image = issued("fresh")
    assert Image.open(BytesIO(front(image))).size == SIZE
    assert front(image) == front(image)


def test_machine_without_japanese_font_draws_a_front_too(monkeypatch: pytest.MonkeyPatch) -> None:
    image = issued("fresh")
    usual = front(image)
    monkeypatch.setattr(pictures, "_FONTS", ())
    pictures.japanese_font.cache_clear()
    try:
        assert front(image) != usual
    finally:
        pictures.japanese_font.cache_clear()
