"""The phone's sentences: every one of them is shown somewhere."""

import re
from importlib.resources import files
from pathlib import Path

from kaijo.words import catalogue

WEB = Path(str(files("kaijo.web")))
USED = re.compile(r"""["'](phone\.[a-z.-]+)["'{]""")


def test_every_label_of_the_phone_is_used() -> None:
    sources = [*WEB.joinpath("templates").rglob("*.html"), *WEB.joinpath("phone").glob("*.py")]
    asked = {code for path in sources for code in USED.findall(path.read_text("utf-8"))}
    beginnings = tuple(code for code in asked if code.endswith("."))
    labels = {code for code in catalogue() if code.startswith("phone.")}
    assert {code for code in labels if not code.startswith(beginnings)} - asked == set()
    assert {code for code in asked if not code.endswith(".")} - labels == set()
