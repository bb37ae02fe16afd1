from datetime import date, time
from typing import Any

import pytest

from kaijo.facts.book import book
from kaijo.words import LANGS, Lang, catalogue
from kaijo.words.values import in_words

NOT_WORDS = {"0120-95-0178", "XS, iOS 18.5", "GP-SE", "行政サービス"}
"""What stands in facts as it is in both languages: a number, models, a label on a screen."""


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        ({"opens": time(6, 30), "closes": time(23)}, "06:30から；23:00まで", "from 06:30; until 23:00"),
        ({"minutes": {"typical": 5, "cautious": 15}}, "ふつう5・慎重にみて15分", "typically 5, cautiously 15 minutes"),
        ({"yen": 650_000}, "650,000円", "650,000 yen"),
        ({"percent": 2.8}, "2.8%", "2.8 %"),
        ({"last_day": date(2027, 3, 15)}, "2027-03-15まで", "until 2027-03-15"),
        ({"face_match": False}, "顔照合：いいえ", "face match: no"),
        ({"resets": []}, "再設定：なし", "resets: none"),
        (
            {"lawson": {"resets": ["signature"], "shops": "all"}},
            "ローソン：再設定：署名用電子証明書の暗証番号・店：すべて",
            "Lawson: resets: signature PIN, shops: all",
        ),
        ({"tide": "high"}, "tide：high", "tide: high"),
        (3, "3", "3"),
    ],
)
def test_value_is_told_in_both_languages(value: Any, ja: str, en: str) -> None:
    assert (in_words(value, "ja"), in_words(value, "en")) == (ja, en)


def test_every_key_and_word_of_the_book_has_its_words() -> None:
    keys, words = set[str](), set[str]()
    for row in book().values():
        _collect(row.value, keys, words)
    assert sorted(key for key in keys if not {f"value.{key}", f"word.{key}"} & catalogue().keys()) == []
    named = {word for word in words if {f"value.is.{word}", f"word.{word}"} & catalogue().keys()}
    assert {word for word in words - named if not word[:2].isdigit()} == NOT_WORDS - {"0120-95-0178"}


def test_no_row_of_words_is_for_a_key_that_no_fact_has() -> None:
    keys, words = set[str](), {"yes", "no", "none"}
    for row in book().values():
        _collect(row.value, keys, words)
    rows = {row.removeprefix("value.") for row in catalogue() if row.startswith("value.")}
    assert rows <= keys | {f"is.{word}" for word in words}


@pytest.mark.parametrize("lang", LANGS)
def test_every_fact_can_be_told(lang: Lang) -> None:
    assert [row.id for row in book().values() if not in_words(row.value, lang)] == []


def _collect(value: object, keys: set[str], words: set[str]) -> None:
    if isinstance(value, dict):
        keys.update(value)
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _collect(part, keys, words)
    elif isinstance(value, str):
        words.add(value)
