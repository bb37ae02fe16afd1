"""docs/benchmarks.md: each benchmark writes its own part, between two marks that bear its name."""

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path


def write(page: Path, name: str, part: str) -> None:
    """Put `part` between the marks of `name` in `page`, with the kind of machine and the date below it."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = page.read_text("utf-8")
    if begin not in text or end not in text:
        raise SystemExit(f"{page} has no part '{begin}' … '{end}'")
    marked = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page.write_text(marked.sub(lambda _: f"{begin}\n{part.strip()}\n\n{machine()}\n{end}", text), "utf-8")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table; every column but the first is aligned to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def machine() -> str:
    """Return what kind of machine this is, in general, and the day."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"*{platform.system()}, {os.cpu_count()} cores, {python}, {datetime.now(UTC):%Y-%m-%d}.*"
