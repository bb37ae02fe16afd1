"""The sentences of the templates against the catalogue: none missing, none dead, none outside of it."""

import re
from importlib.resources import files
from pathlib import Path

from kaijo.words import catalogue

TEMPLATES = Path(str(files("kaijo.web").joinpath("templates")))
WHOLE = re.compile(r"""\bt\((["'])([a-z0-9_.-]+)\1(?=[,)])""")
BEGINNING = re.compile(r"""\bt\((["'])([a-z0-9_.-]+)\1 ~""")
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]+")


def sources() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(TEMPLATES.rglob("*.html")))


def labels() -> set[str]:
    return {code for code, row in catalogue().items() if isinstance(row["ja"], str)}


def test_every_sentence_of_a_template_has_a_row() -> None:
    asked = {code for _, code in WHOLE.findall(sources())}
    assert asked - labels() == set()
    beginnings = {code for _, code in BEGINNING.findall(sources())}
    assert {one for one in beginnings if not any(code.startswith(one) for code in labels())} == set()


def test_every_label_of_the_pages_is_used() -> None:
    asked = {code for _, code in WHOLE.findall(sources())}
    beginnings = tuple(code for _, code in BEGINNING.findall(sources()))
    dead = {code for code in labels() if code.startswith("web.") and not code.startswith(beginnings)} - asked
    assert dead == set()


def test_templates_hold_no_sentence_but_the_name_of_the_language() -> None:
    assert set(JAPANESE.findall(sources())) == {"日本語"}
