"""Reading a statement: the standard library's CSV reader, the layout found by its header, every line accounted for."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path

from kaijo.errors import UsageProblem
from kaijo.facts.bookkeeping import header_lines
from kaijo.ledger.decoding import read_text
from kaijo.ledger.entries import Entry, Skipped
from kaijo.ledger.layout import Columns, Layout, columns_by_header, columns_by_place
from kaijo.ledger.values import parse_day, parse_yen

_Line = tuple[int, list[str]]
_SHOWN = 120  # characters of a line that the report shows


@dataclass(frozen=True, slots=True)
class Statement:
    """One file: its movements in their order, and every other line with the reason why it makes none."""

    source: str
    layout: Layout
    encoding: str
    sha256: str
    entries: list[Entry]
    skipped: list[Skipped]


def read_statement(path: Path, layouts: Sequence[Layout], source: str | None = None) -> Statement:
    """Return what a file says; `source` is what its figures call it, by default its name.

    Raises UsageProblem as `read_text`, and `ledger.broken-csv`, `ledger.unknown-layout`.
    """
    source = source or path.name
    decoded = read_text(path)
    lines = _records(decoded.text, str(path))
    head: list[_Line] = []
    found: tuple[Layout, Columns] | None = None
    for line in islice(lines, header_lines()):
        head.append(line)
        if found := _headed(layouts, line[1]):
            break
    if found is None and (found := _placed(layouts, head)):
        head, lines = head[:1], chain(head[1:], lines)
    if found is None:
        shown = max((row for _, row in head), key=len, default=[])
        raise UsageProblem("ledger.unknown-layout", path=str(path), columns=", ".join(shown)[: 2 * _SHOWN])
    layout, columns = found
    entries: list[Entry] = []
    skipped = [_skip(source, line, "blank" if not any(line[1]) else "before-header") for line in head]
    read = _reader(source, layout, columns)
    for line in lines:
        made = read(line)
        if type(made) is Entry:
            entries.append(made)
        elif type(made) is Skipped:
            skipped.append(made)
    return Statement(source, layout, decoded.encoding, decoded.sha256, entries, skipped)


def _records(text: str, path: str) -> Iterator[_Line]:
    """Yield each record with the number of its first line. A record may span lines inside quotes."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except csv.Error:
        raise UsageProblem("ledger.broken-csv", path=path, line=start) from None


def _headed(layouts: Sequence[Layout], row: list[str]) -> tuple[Layout, Columns] | None:
    """Return the layout whose header this row is; of several the one that names most columns, own ones first."""
    fitting = [(layout, columns) for layout in layouts if (columns := columns_by_header(layout, row))]
    return max(fitting, key=lambda one: len(one[0].header), default=None)


def _placed(layouts: Sequence[Layout], head: Sequence[_Line]) -> tuple[Layout, Columns] | None:
    """Return the layout without a header that the first line belongs to, if any; headers are looked for before."""
    placed = ((layout, columns_by_place(layout, row)) for _, row in head[:1] for layout in layouts)
    return next(((layout, columns) for layout, columns in placed if columns), None)


def _skip(source: str, line: _Line, why: str, amount: int | None = None) -> Skipped:
    return Skipped(source, line[0], f"ledger.skip.{why}", ",".join(line[1])[:_SHOWN], amount)


def _reader(source: str, layout: Layout, columns: Columns) -> Callable[[_Line], Entry | Skipped]:
    """Return what makes an entry of a line; days repeat from line to line and are parsed once."""
    days: dict[str, date | None] = {}
    one_day, day_at = len(columns.day) == 1, columns.day[0]
    text_at, balance_at, least, width = columns.text, columns.balance, columns.least, columns.width

    def read(line: _Line) -> Entry | Skipped:
        number, row = line
        if len(row) < least or (len(row) > width and any(row[width:])):
            return _misshapen(source, line, day_at)
        written = row[day_at] if one_day else "/".join(row[place].strip() for place in columns.day)
        if written not in days:
            days[written] = _day(written)
        day = days[written]
        if day is None:
            return _undated(source, line, written, _try_amount(row, columns))
        try:
            amount = _amount(row, columns)
        except ValueError as wrong:
            return _skip(source, line, str(wrong) if str(wrong) == "in-and-out" else "bad-amount")
        if not amount:
            return _skip(source, line, "no-amount" if amount is None else "zero", amount)
        text = " ".join(part for place in text_at if place < len(row) and (part := row[place].strip()))
        balance = _balance(row[balance_at]) if balance_at is not None and balance_at < len(row) else None
        return Entry(day, amount, text, balance, source, number, layout.id)

    return read


def _misshapen(source: str, line: _Line, day_at: int) -> Skipped:
    """Return why a line with too few or too many cells is none: a comma without quotes would move every amount."""
    row = line[1]
    if not any(cell.strip() for cell in row):
        return _skip(source, line, "blank")
    dated = day_at < len(row) and _like_a_day(row[day_at])
    return _skip(source, line, "other-width" if dated else "no-day")


def _undated(source: str, line: _Line, written: str, amount: int | None) -> Skipped:
    if not any(cell.strip() for cell in line[1]):
        return _skip(source, line, "blank")
    return _skip(source, line, "bad-day" if _like_a_day(written) else "no-day", amount)


def _like_a_day(written: str) -> bool:
    """Tell a day that is misspelt from the text of a total, a foreign currency or a holder, which have no day."""
    return any(sign.isdigit() for sign in written[:2]) and "*" not in written


def _day(written: str) -> date | None:
    try:
        return parse_day(written)
    except ValueError:
        return None


def _amount(row: list[str], columns: Columns) -> int | None:
    """Return the signed yen of a row, None when no cell says any. Raises ValueError, "in-and-out" for both at once."""
    if columns.amount is not None:
        return parse_yen(row[columns.amount])
    out = parse_yen(row[columns.money_out]) if columns.money_out is not None else None
    into = parse_yen(row[columns.money_in]) if columns.money_in is not None else None
    if out and into:
        raise ValueError("in-and-out")
    if out is None and into is None:
        return None
    return (into or 0) - (out or 0)


def _try_amount(row: list[str], columns: Columns) -> int | None:
    try:
        return _amount(row, columns)
    except ValueError:
        return None


def _balance(cell: str) -> int | None:
    try:
        return parse_yen(cell)
    except ValueError:
        return None
