"""What a card may be called, and that its name tells nothing."""

import pytest

from kaijo.errors import GuardRefused, UsageProblem
from kaijo.facts.pins import PinKind
from kaijo.keep.entry import LONGEST, card_name, entry
from kaijo.words import LANGS, Lang


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("母", "母"),
        ("  ｍｙ　 card ", "my card"),
        ("O'Neil-3", "O'Neil-3"),
        ("ﾊﾊ", "ハハ"),
        ("a" * LONGEST, "a" * LONGEST),
    ],
)
def test_name_is_kept_with_width_and_spaces_folded(typed: str, name: str) -> None:
    assert card_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "a" * (LONGEST + 1),
        "1234",
        "1-2-3-4",
        "１９８５年",
        "a\x07b",
        "母,former",
        "母)",
        "=母",
        "\u202e母",
        "👩",
    ],
)
def test_name_that_may_tell_or_mislead_is_refused(typed: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        card_name(typed)
    assert caught.value.code == "keep.bad-name"


def test_name_with_the_pin_in_it_is_refused() -> None:
    with pytest.raises(GuardRefused) as caught:
        entry(PinKind.SIGNATURE, "KATEMO72", "ja", "my katemo72")
    assert caught.value.code == "keep.pin-in-name"


@pytest.mark.parametrize("lang", LANGS)
def test_title_tells_the_cards_of_a_family_apart(lang: Lang) -> None:
    titles = {entry(PinKind.RESIDENT, "8642", lang, name).title for name in ("", "母", "父")}
    assert len(titles) == 3
