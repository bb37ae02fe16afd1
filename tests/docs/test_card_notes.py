"""Code follows numbered statements of docs/card-notes.md: every number that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"card notes[ :]([^\]]+)\]")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def sections() -> set[str]:
    text = (ROOT / "docs" / "card-notes.md").read_text("utf-8")
    return set(re.findall(r"^##+ (\d+(?:\.\d+)?)\.? ", text, re.MULTILINE))


def named() -> dict[str, str]:
    """Return every section that the source names, with a file that names it."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for reference in NAMED.findall(path.read_text("utf-8")):
            # What follows "rule", "rules" or "number" is no section.
            for number in NUMBER.findall(re.sub(r",? (?:rules?|number) [\d, ]+", "", reference)):
                found[number] = path.name
    return found


def test_sections_that_the_code_names_are_there() -> None:
    references = named()
    assert len(references) > 10
    assert {number: file for number, file in references.items() if number not in sections()} == {}
