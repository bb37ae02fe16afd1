"""The style sheet's colours, measured as WCAG 2.2 measures them."""

import re
from importlib.resources import files

import pytest

SHEETS = {
    sheet.name: sheet.read_text("utf-8")
    for sheet in files("kaijo.web").joinpath("static").iterdir()
    if sheet.name.endswith(".css")
}
CSS = SHEETS["tokens.css"]
TOKEN = re.compile(r"--([a-z-]+): #([0-9a-f]{6});")
TEXT, EDGE = 4.5, 3.0
PAIRS = [
    ("ink", "paper", TEXT),
    ("ink", "sheet", TEXT),
    ("quiet", "paper", TEXT),
    ("quiet", "sheet", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "sheet", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-practice", "practice", TEXT),
    ("bad", "sheet", TEXT),
    ("bad", "paper", TEXT),
    ("bad", "bad-sheet", TEXT),
    ("line", "sheet", EDGE),
    ("warning", "sheet", EDGE),
    ("good", "sheet", EDGE),
    ("focus", "sheet", EDGE),
    ("focus", "paper", EDGE),
]


def tokens(part: int) -> dict[str, str]:
    """Return the colours of the light (0) or the dark (1) scheme."""
    return dict(TOKEN.findall(CSS.split("@media (prefers-color-scheme: dark)")[part].split("\n}")[0]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("part", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_stand_out(front: str, back: str, least: float, part: int) -> None:
    scheme = tokens(part)
    dark, light = sorted((luminance(scheme[front]), luminance(scheme[back])))
    assert (light + 0.05) / (dark + 0.05) >= least


def test_both_schemes_name_the_same_colours() -> None:
    assert tokens(0).keys() == tokens(1).keys()


@pytest.mark.parametrize("sheet", sorted(SHEETS))
def test_style_fetches_nothing(sheet: str) -> None:
    assert re.findall(r"url\(|@import|@font-face", SHEETS[sheet]) == []


@pytest.mark.parametrize("sheet", sorted(SHEETS.keys() - {"tokens.css"}))
def test_colours_are_named_in_one_place(sheet: str) -> None:
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", SHEETS[sheet]) == []
