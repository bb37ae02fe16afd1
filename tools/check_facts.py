"""Checks the book of facts as it would be released: every row with a source, none too old. Exit code 1 if not."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kaijo.clock import SystemClock
from kaijo.errors import UsageProblem
from kaijo.facts.book import age_days, load

ROWS = Path(__file__).resolve().parent.parent / "src" / "kaijo" / "facts" / "rows"
OLDEST_DAYS = 365
"""A release carries no fact older than this: hours, deadlines and deductions change by the year, so that what was last
read before the season of the year before has missed a change. Users are warned of it much earlier: `stale-after`."""


def complaints(rows: Path, today: date) -> Iterator[str]:
    """Yield what is wrong with a folder of rows, on a day in Japan: no source or otherwise damaged, too old."""
    try:
        facts = load(rows).values()
    except UsageProblem as problem:
        yield "{file}: {fact} cannot be used: see its field '{field}'".format_map(problem.data)
        return
    for row in facts:
        age = age_days(row, today)
        if age > OLDEST_DAYS:
            yield f"{row.file}: {row.id} was checked {age} days ago, more than {OLDEST_DAYS}: read its source again"
        elif age < 0:
            yield f"{row.file}: {row.id} is said to be checked on {row.checked}, which is still to come"


def main() -> int:
    """Print every complaint and return the exit code."""
    found = list(complaints(ROWS, SystemClock().now().date()))
    print("\n".join(found) or "facts: fresh")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
