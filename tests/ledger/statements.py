"""Random statements for the properties."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from tests.ledger.samples import HEAD

TEXT = st.text(st.sampled_from('カクウ架空店ABCxyz0123 ,"\n　・（）=@'), min_size=1, max_size=12)
MOVEMENT = st.tuples(
    st.integers(0, 364).map(lambda days: date(2027, 1, 1) + timedelta(days=days)),
    st.integers(-10_000_000, 10_000_000).filter(bool),
    TEXT,
)
MOVEMENTS = st.lists(MOVEMENT, max_size=30)


def write(path: Path, movements: list[tuple[date, int, str]], encoding: str = "utf-8") -> Path:
    """Write movements as a statement of one bank, with the quoting that CSV asks for."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD.strip().split(","))
    for day, amount, what in movements:
        out, into = ("", f"{amount:,}") if amount > 0 else (f"{-amount:,}", "")
        writer.writerow((f"{day:%Y/%m/%d}", what, "", out, into, ""))
    path.write_bytes(text.getvalue().encode(encoding))
    return path
