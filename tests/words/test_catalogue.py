"""The catalogue against itself and against the source: nothing missing, nothing dead, nothing left unfilled."""

import re
from string import Formatter
from typing import Any

import pytest

from kaijo.words import LANGS, Lang, catalogue, label, message

from .source_codes import Source, read_source

PARTS = ["title", "cause", "remedy"]
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
CODE = re.compile(r"[a-z]+\.[a-z][a-z-]*")
FILE_ENDINGS = {"bin", "css", "db", "html", "js", "json", "pem", "pgdump", "py", "toml"}
QUOTED = re.compile("“[^”]*”")


@pytest.fixture(scope="module")
def source() -> Source:
    return read_source()


def _texts(row: Any, lang: Lang) -> list[str]:
    return [row[lang][part] for part in PARTS] if _is_message(row) else [row[lang]]


def _is_message(row: Any) -> bool:
    return isinstance(row["ja"], dict)


def _fields(row: Any, lang: Lang) -> set[str]:
    return {name for text in _texts(row, lang) for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_row_is_a_message_or_a_label_in_both_languages() -> None:
    wrong = []
    for code, row in catalogue().items():
        label_row = row.keys() == {"ja", "en"} and all(isinstance(row[lang], str) for lang in LANGS)
        message_row = {"ja", "en"} <= row.keys() <= {"ja", "en", "retriable"} and all(
            isinstance(row[lang], dict) and sorted(row[lang]) == sorted(PARTS) for lang in LANGS
        )
        if not (label_row or (message_row and isinstance(row.get("retriable", False), bool))):
            wrong.append(code)
    assert wrong == []


def test_no_text_is_empty() -> None:
    empty = [code for code, row in catalogue().items() for lang in LANGS for t in _texts(row, lang) if not t.strip()]
    assert empty == []


def test_both_languages_have_the_same_placeholders() -> None:
    differing = {
        code: (_fields(row, "ja"), _fields(row, "en"))
        for code, row in catalogue().items()
        if _fields(row, "ja") != _fields(row, "en")
    }
    assert differing == {}


def test_placeholders_are_plain_names() -> None:
    odd = [(code, name) for code, row in catalogue().items() for name in _fields(row, "ja") if not name.isidentifier()]
    assert odd == []


def test_filled_text_has_no_bracket_left() -> None:
    left = []
    for code, row in catalogue().items():
        data = dict.fromkeys(_fields(row, "ja"), "42")
        for lang in LANGS:
            if _is_message(row):
                made = message(code, lang, **data)
                text = made.title + made.cause + made.remedy
            else:
                text = label(code, lang, **data)
            if set(text) & set("{}"):
                left.append((code, lang))
    assert left == []


def test_each_language_is_written_in_itself() -> None:
    """Except for what English quotes, such as the name of an app as its icon shows it."""
    english = {code: QUOTED.sub("", " ".join(_texts(row, "en"))) for code, row in catalogue().items()}
    assert [code for code, text in english.items() if JAPANESE.search(text)] == []
    japanese = {code: " ".join(_texts(row, "ja")) for code, row in catalogue().items() if _is_message(row)}
    assert [code for code, text in japanese.items() if not JAPANESE.search(text)] == []


def test_source_is_seen() -> None:
    """The search below would be content with nothing if it found nothing."""
    found = {raising.code for raising in read_source().raisings}
    assert {"usage.time", "facts.damaged", "card.wrong-pin", "card.wrong-pin-locked"} <= found


def test_every_code_raised_is_a_message_of_the_catalogue(source: Source) -> None:
    messages = {code for code, row in catalogue().items() if _is_message(row)}
    missing = {f"{raising.code} at {raising.place}" for raising in source.raisings if raising.code not in messages}
    assert "\n".join(sorted(missing)) == ""


def test_every_text_of_the_source_that_looks_like_a_code_has_a_row(source: Source) -> None:
    """So that codes kept in tables or handed through helpers are found as well."""
    codes = catalogue().keys() | {raising.code for raising in source.raisings}
    rooms = {code.partition(".")[0] for code in codes}
    looking = {text for text in source.texts if CODE.fullmatch(text) and text.partition(".")[0] in rooms}
    missing = {text for text in looking - catalogue().keys() if text.rpartition(".")[2] not in FILE_ENDINGS}
    assert "\n".join(sorted(missing)) == ""


def test_every_raising_gives_what_its_message_asks_for(source: Source) -> None:
    short = {
        f"{raising.code} at {raising.place} lacks {sorted(lacking)}"
        for raising in source.raisings
        if raising.code in catalogue() and raising.names is not None
        if (lacking := _fields(catalogue()[raising.code], "ja") - raising.names)
    }
    assert "\n".join(sorted(short)) == ""


def test_every_message_is_used(source: Source) -> None:
    dead = [code for code, row in catalogue().items() if _is_message(row) and not source.mentions(code)]
    assert sorted(dead) == []
