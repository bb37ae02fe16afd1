"""The receipts, in one SQLite file of the standard library. The return itself is not kept: its hash is enough."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock

from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble
from kaijo.facts.filing import ReturnKind
from kaijo.filing.records import Figures, Receipt

_SCHEMA = """
CREATE TABLE IF NOT EXISTS receipt (
    id INTEGER PRIMARY KEY AUTOINCREMENT, holder TEXT NOT NULL, year INTEGER NOT NULL, kind TEXT NOT NULL,
    sha256 TEXT NOT NULL, recorded_at TEXT NOT NULL, due_before TEXT NOT NULL, replaces INTEGER REFERENCES receipt
) STRICT;
CREATE INDEX IF NOT EXISTS receipt_of ON receipt (holder, year, id);
"""
_COLUMNS = "id, holder, year, kind, sha256, recorded_at, due_before, replaces"


class SqliteReceipts:
    """The port `Store`. Every call raises ServiceTrouble `filing.store-unusable` (path) when the file is no use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        with self._open() as database:
            database.executescript(_SCHEMA)
        path.chmod(0o600)

    def record(self, holder: str, figures: Figures, sha256: str, due_before: datetime, clock: Clock) -> Receipt:
        """Record a return and return its receipt."""
        with self._lock, self._open() as database:
            database.execute("BEGIN IMMEDIATE")  # one writer: the time below is that of the record
            counts = _newest(database, holder, figures.year)
            if counts is not None and counts["sha256"] == sha256:
                return _receipt(counts)
            database.execute(
                "INSERT INTO receipt (holder, year, kind, sha256, recorded_at, due_before, replaces)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(holder, figures.year, figures.kind.value, sha256),
                    *(clock.now().isoformat(), due_before.isoformat(), None if counts is None else counts["id"]),
                ),
            )
            made = _newest(database, holder, figures.year)
            database.execute("COMMIT")
        if made is None:
            raise self._unusable()
        return _receipt(made)

    def receipts(self, holder: str) -> list[Receipt]:
        """Return every receipt of a holder, oldest first."""
        with self._open() as database:
            rows = database.execute(
                f"SELECT {_COLUMNS} FROM receipt WHERE holder = ? ORDER BY id",  # noqa: S608 -- columns of ours
                (holder,),
            ).fetchall()
        return [_receipt(row) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = sqlite3.connect(self._path, isolation_level=None)
        except sqlite3.Error:
            raise self._unusable() from None
        try:
            database.row_factory = sqlite3.Row
            database.execute("PRAGMA synchronous = FULL")
            yield database
        except sqlite3.Error:
            raise self._unusable() from None
        finally:
            database.close()

    def _unusable(self) -> ServiceTrouble:
        return ServiceTrouble("filing.store-unusable", path=str(self._path))


def _newest(database: sqlite3.Connection, holder: str, year: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = database.execute(
        f"SELECT {_COLUMNS} FROM receipt WHERE holder = ? AND year = ? ORDER BY id DESC LIMIT 1",  # noqa: S608
        (holder, year),
    ).fetchone()
    return row


def _receipt(row: sqlite3.Row) -> Receipt:
    return Receipt(
        number=_number(row["year"], row["id"]),
        holder=row["holder"],
        year=row["year"],
        kind=ReturnKind(row["kind"]),
        sha256=row["sha256"],
        recorded_at=datetime.fromisoformat(row["recorded_at"]),
        due_before=datetime.fromisoformat(row["due_before"]),
        replaces=None if row["replaces"] is None else _number(row["year"], row["replaces"]),
    )


def _number(year: int, row_id: int) -> str:
    """Return a number that nobody takes for one of the tax agency's."""
    return f"RENSHU-{year}-{row_id:06d}"
