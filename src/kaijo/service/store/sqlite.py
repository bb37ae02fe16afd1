"""SQLite: one file, one machine, and what its failures mean."""

import os
import sqlite3
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from kaijo.errors import ServiceTrouble

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


def open_sqlite(path: Path | None) -> Engine:
    """Return an engine on a file; a commit is on the disk when it returns (WAL, synchronous=FULL).

    `path` None keeps everything in memory, for one thread at a time. Raises ServiceTrouble `store.unwritable`.
    """
    if path is not None:
        _require_file(path)
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


def sqlite_meaning(error: DBAPIError) -> str:
    """Return the code of our error that a failure of SQLite is."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    if code in _BUSY:
        return "store.busy"
    return "store.unwritable" if code in _UNWRITABLE else "store.damaged"


def _require_file(path: Path) -> None:
    try:
        # SQLite gives its side files the mode of this one. Only a new file is touched here: closing a handle of one
        # that is open elsewhere in this process would drop SQLite's locks on it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _FILE_MODE))
    except FileExistsError:
        return
    except OSError:
        raise ServiceTrouble("store.unwritable") from None


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").fetchall()


class Door:
    """Where those of one process queue who are about to write: SQLite itself would let them sleep and try again.

    Raises ServiceTrouble `store.busy` for who waited too long.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=_BUSY_SECONDS):
            raise ServiceTrouble("store.busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("sqlite_readonly", False)
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    # A reader that turns writer in the middle could find itself locked out; so whoever may write queues at the door.
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
