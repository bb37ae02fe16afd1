from io import BytesIO

import pytest
from PIL import Image, ImageFont

from kaijo.virtualcard import pictures
from kaijo.virtualcard.pictures import digits_png, text_png


def opened(raw: bytes) -> Image.Image:
    picture = Image.open(BytesIO(raw))
    picture.load()
    return picture


def black(picture: Image.Image) -> int:
    return picture.histogram()[0]


def test_digits_are_one_bit_and_72_by_12_for_an_individual_number() -> None:
    picture = opened(digits_png("000000060100"))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "1", (72, 12))
    assert opened(digits_png("1234")).size == (24, 12)


def test_every_digit_of_a_number_shows() -> None:
    assert len({digits_png("00000000000" + digit) for digit in "0123456789"}) == 10


def test_text_is_one_bit_and_wrapped_after_twenty_characters() -> None:
    one, two = opened(text_png("星川　真帆", "x")), opened(text_png("星" * 21, "x" * 41))
    assert [picture.mode for picture in (one, two)] == ["1", "1"]
    assert (one.height, two.height) == (25, 50)
    assert black(two) > 0


def test_texts_of_different_people_look_different() -> None:
    assert text_png("星川　真帆", "Hoshikawa Maho") != text_png("有明　結衣", "Ariake Yui")


def test_machine_withoutjapanese_font_shows_latin_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_FONTS", ("no-such-font.ttf",))
    pictures.japanese_font.cache_clear()
    try:
        made = text_png("星川　真帆", "Hoshikawa Maho")
        assert made == text_png("別の名前", "Hoshikawa Maho")
        width = ImageFont.load_default(20).getlength("Hoshikawa Maho")
        assert opened(made).size == (round(width), 25)
        assert black(opened(made)) > 0
    finally:
        pictures.japanese_font.cache_clear()
