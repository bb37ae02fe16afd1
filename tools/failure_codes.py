"""docs/failure-codes.md, made from the catalogue: every code with title, cause, remedy, and whether to try again.

python -m tools.failure_codes            writes the page
python -m tools.failure_codes --check    fails when the page is out of step
"""

import sys
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from kaijo.words import catalogue

PAGE = Path(__file__).parents[1] / "docs" / "failure-codes.md"
HEAD = """# Failure codes

Every failure that Kaijo tells has a code, and every code has title, cause and remedy in Japanese and English. They
stand in `src/kaijo/words/catalogue/`; `python -m tools.failure_codes` makes this page, `make check` keeps it in step.
"↻" marks what may go well when done again as it is. `{…}` is filled in where it happens.
"""


def page() -> str:
    """Return the whole page."""
    rows = sorted((code, row) for code, row in catalogue().items() if isinstance(row["ja"], dict))
    rooms = groupby(rows, key=lambda item: item[0].split(".")[0])
    return HEAD + "".join(f"\n## {room}\n\n{table(dict(members))}" for room, members in rooms)


def table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return one table of codes."""
    lines = ["| code | 日本語 | English |", "|---|---|---|"]
    for code, row in rows.items():
        mark = " ↻" if row.get("retriable") else ""
        lines.append(f"| `{code}`{mark} | {cell(row['ja'])} | {cell(row['en'])} |")
    return "\n".join(lines) + "\n"


def cell(parts: Mapping[str, str]) -> str:
    """Return a message as one cell of a table."""
    text = f"**{parts['title']}** {parts['cause']} → {parts['remedy']}"
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> int:
    """Write the page, or check it; return the exit code."""
    made = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(made, "utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text("utf-8") == made:
        return 0
    print(f"{PAGE.name} is out of step with the catalogue. To mend: python -m tools.failure_codes")
    return 1


if __name__ == "__main__":
    sys.exit(main())
