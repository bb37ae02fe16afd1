"""From files to books: statements read, duplicates left out, account titles given, nothing lost on the way."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kaijo.ledger.accounts import account_titles
from kaijo.ledger.duplicates import Duplicate, without_duplicates
from kaijo.ledger.entries import Entry, Skipped
from kaijo.ledger.layout import Layout
from kaijo.ledger.reading import Statement, read_statement
from kaijo.ledger.rules import Rules


class Booking(NamedTuple):
    """A movement with its account title; `placed` is False when no rule knew one and a suspense account stands."""

    entry: Entry
    title: str
    own_title: str
    own_name: str
    placed: bool

    @property
    def trace(self) -> str:
        """Return where the figure was read, as file:line."""
        return f"{self.entry.source}:{self.entry.line}"


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that came of the files. Read entries = bookings + duplicates; every other line is in `skipped`."""

    statements: tuple[Statement, ...]
    bookings: list[Booking]
    duplicates: list[Duplicate]

    @property
    def skipped(self) -> Iterator[Skipped]:
        """Yield every line that made no entry, file by file."""
        return (one for statement in self.statements for one in statement.skipped)

    @property
    def unreadable(self) -> int:
        """Return how many lines look like movements and could not be read."""
        return sum(one.unreadable for one in self.skipped)

    @property
    def unplaced(self) -> int:
        """Return how many movements stand in a suspense account."""
        return sum(not one.placed for one in self.bookings)

    def as_dict(self) -> dict[str, object]:
        """Return the report in JSON's types."""
        return {
            "files": [_told(statement) for statement in self.statements],
            "bookings": len(self.bookings),
            "in": sum(one.entry.amount for one in self.bookings if one.entry.amount > 0),
            "out": -sum(one.entry.amount for one in self.bookings if one.entry.amount < 0),
            "unplaced": self.unplaced,
            "unreadable": self.unreadable,
            "duplicates": [
                {"source": one.entry.source, "line": one.entry.line, "amount": one.entry.amount,
                 "same_as": f"{one.source}:{one.line}"}
                for one in self.duplicates
            ],
            "skipped": [
                {"source": one.source, "line": one.line, "reason": one.reason.rpartition(".")[2],
                 "content": one.content, "unreadable": one.unreadable}
                for one in self.skipped
            ],
        }  # fmt: skip


def keep_books(files: Sequence[Path], layouts: Sequence[Layout], rules: Rules, *, keep_duplicates: bool) -> Books:
    """Return the books of these files, in the order named. Raises as `read_statement`."""
    names = Counter(path.name for path in files)
    # Two files of one name are told apart by their paths, so that a figure leads to its line.
    sources = [path.name if names[path.name] == 1 else str(path) for path in files]
    statements = tuple(read_statement(path, layouts, source) for path, source in zip(files, sources, strict=True))
    by_id = {layout.id: layout for layout in layouts}
    if keep_duplicates:
        kept, left_out = [entry for statement in statements for entry in statement.entries], list[Duplicate]()
    else:
        kept, left_out = without_duplicates(statements)
    unknown = account_titles().unknown
    bookings = []
    for entry in kept:
        title, layout = rules.title(entry), by_id[entry.layout]
        placed = title is not None
        bookings.append(Booking(entry, title or unknown(entry.amount), layout.own_title, layout.name["ja"], placed))
    return Books(statements, bookings, left_out)


def _told(statement: Statement) -> dict[str, object]:
    return {
        "file": statement.source,
        "layout": statement.layout.id,
        "encoding": statement.encoding,
        "sha256": statement.sha256,
        "entries": len(statement.entries),
        "skipped": len(statement.skipped),
    }
