"""The kiosk's sentences: every one of them is shown somewhere."""

import re
from importlib.resources import files
from pathlib import Path

from kaijo.words import LANGS, catalogue

WEB = Path(str(files("kaijo.web")))
SHEETS = Path(str(files("kaijo.sheets")))
USED = re.compile(r"""["'](kiosk\.[a-z.-]+)["'{]""")


def test_every_label_of_the_kiosk_is_used() -> None:
    sources = [*WEB.joinpath("templates").rglob("*.html"), *WEB.joinpath("kiosk").glob("*.py"), *SHEETS.glob("*.py")]
    asked = {code for path in sources for code in USED.findall(path.read_text("utf-8"))}
    beginnings = tuple(code for code in asked if code.endswith("."))
    labels = {code for code in catalogue() if code.startswith("kiosk.") and not code.startswith("kiosk.step.")}
    assert {code for code in labels if not code.startswith(beginnings)} - asked == set()
    assert {code for code in asked if not code.endswith(".")} - labels == set()


def test_what_is_said_in_front_of_the_machine_stands_for_a_message_that_there_is() -> None:
    rows = [code for code in catalogue() if code.startswith("kiosk.at.")]
    assert [code for code in rows if code.removeprefix("kiosk.at.") not in catalogue()] == []
    for lang in LANGS:
        assert [code for code in rows if "kaijo " in str(catalogue()[code][lang])] == []
