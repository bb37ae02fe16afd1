import subprocess
from pathlib import Path

import pytest

from kaijo.facts.pins import PinKind
from kaijo.keep.entry import entry
from kaijo.sheets.pin_slip import pin_slip, slip_content
from kaijo.words import LANGS, Lang, show

PINS = {
    PinKind.SIGNATURE: "KATEMO7294",
    PinKind.AUTHENTICATION: "8642",
    PinKind.RESIDENT: "7531",
    PinKind.ATTRIBUTES: "0986",
}


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def _squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", ["", "母の card"])
@pytest.mark.parametrize("lang", LANGS)
def test_every_word_is_on_the_slip_in_one_font_that_has_every_letter(tmp_path: Path, lang: Lang, name: str) -> None:
    entries = [entry(kind, pin, lang, name) for kind, pin in PINS.items()]
    file, content = tmp_path / "slip.pdf", slip_content(entries, lang)
    file.write_bytes(pin_slip(entries, lang))
    text = _squeezed(_said("pdftotext", str(file), "-"))
    words = [content["title"], content["fold"], content["foot"], *content["outside"]]  # type: ignore[misc]
    wanted = [name, *words, *PINS.values(), *(show(kind, lang) for kind in PINS)]
    assert [word for word in wanted if _squeezed(str(word)) not in text] == []
    fonts = _said("pdffonts", str(file)).splitlines()[2:]
    assert [font.split()[0].partition("+")[2] for font in fonts] == ["IPAexGothic"]
    letters = " ".join(sorted({f"{ord(letter):x}" for letter in text}))
    assert "IPAexGothic" in _said("fc-list", f":charset={letters}", "family")
    assert "IPAexGothic" not in _said("fc-list", f":charset={letters} 1f600", "family")  # so that it can fail


def test_slip_says_of_letters_that_they_are_capitals() -> None:
    rows = slip_content([entry(kind, pin, "en") for kind, pin in PINS.items()], "en")["rows"]
    assert isinstance(rows, list)
    assert [row["note"] for row in rows] == ["letters are capitals", "", "", ""]
