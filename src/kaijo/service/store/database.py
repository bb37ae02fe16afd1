"""The database itself: opening it, its version, and every failure of it as an error of ours."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool
from sqlalchemy.schema import CreateColumn

from kaijo.errors import ServiceTrouble
from kaijo.service.store.records import SqlRecords
from kaijo.service.store.schema import STEPS, TABLES, VERSION, schema_versions

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_UNWRITABLE: Final = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_BUSY_SECONDS: Final = 20
_CONNECTIONS: Final = 16
_FILE_MODE: Final = 0o600


class SqlStore:
    """The store on SQLite; a commit is on the disk when it returns (WAL, synchronous=FULL).

    `path` None keeps it in memory, for one thread at a time. A new file gets the tables. Raises ServiceTrouble
    `store.version` (found, wanted) for a database of another version, and as `begin`.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            _require_file(path)
        self._engine = _engine(path)
        with self._translated(), self._engine.begin() as connection:
            _prepare(connection)

    @contextmanager
    def begin(self) -> Iterator[SqlRecords]:
        """Open one atomic transaction. Raises ServiceTrouble `store.damaged`, `store.unwritable`, `store.busy`."""
        with self._translated(), self._engine.begin() as connection:
            yield SqlRecords(connection)

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
            raise ServiceTrouble(_meaning(code)) from error
        except SQLAlchemyError as error:
            # What is left is the pool: no connection became free in time.
            raise ServiceTrouble("store.busy") from error


def _require_file(path: Path) -> None:
    try:
        # SQLite gives its side files the mode of this one.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _FILE_MODE))
    except OSError:
        raise ServiceTrouble("store.unwritable") from None


def _meaning(code: int) -> str:
    if code in _BUSY:
        return "store.busy"
    return "store.unwritable" if code in _UNWRITABLE else "store.damaged"


def _engine(path: Path | None) -> Engine:
    url = URL.create("sqlite", database=None if path is None else str(path))
    arguments: dict[str, Any] = {"check_same_thread": False, "timeout": _BUSY_SECONDS, "isolation_level": None}
    if path is None:
        engine = create_engine(url, poolclass=StaticPool, connect_args=arguments)
    else:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_BUSY_SECONDS,
            connect_args=arguments,
        )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").fetchall()


def _begin(connection: Connection) -> None:
    # A reader that turns writer in the middle could find itself locked out; so everybody queues at the door.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare(connection: Connection) -> None:
    if not inspect(connection).get_table_names():
        TABLES.create_all(connection)
        connection.execute(insert(schema_versions).values(version=VERSION))
        return
    found = None
    if inspect(connection).has_table(schema_versions.name):
        found = connection.execute(select(schema_versions.c.version)).scalar_one_or_none()
    while found is not None and found in STEPS:
        _add_columns(connection, STEPS[found])
        found += 1
        connection.execute(update(schema_versions).values(version=found))
    if found != VERSION:
        raise ServiceTrouble("store.version", found=found, wanted=VERSION)
    TABLES.create_all(connection)


def _add_columns(connection: Connection, added: Mapping[str, Sequence[str]]) -> None:
    for table, columns in added.items():
        for column in columns:
            made = CreateColumn(TABLES.tables[table].c[column]).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {made}")
