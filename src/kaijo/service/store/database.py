"""The store itself: one behaviour on two engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from kaijo.errors import ServiceTrouble
from kaijo.service.store.opened import Opened
from kaijo.service.store.records import SqlRecords
from kaijo.service.store.versions import require_fit, standing_of, upgrade


class SqlStore:
    """The store, on SQLite in a file (`None`: in memory, for one thread at a time) or on a PostgreSQL server.

    A commit is on the disk when it returns. SQLite takes the steps of the schema that it is behind by itself; a server
    is left as it is, since other programs may be at work with it.

    Raises ServiceTrouble `store.version` (found, wanted) and `store.too-old` (found, wanted) for a database that this
    program cannot work with, and as `Opened`.
    """

    def __init__(self, database: Path | URL | None) -> None:
        self._opened = Opened(database)
        try:
            with self._opened.begin() as connection:
                require_fit(standing_of(connection) if self._opened.is_server else upgrade(connection))
        except ServiceTrouble:
            self.close()
            raise

    @contextmanager
    def begin(self) -> Iterator[SqlRecords]:
        """Open one atomic transaction. Raises as `Opened.begin`."""
        with self._opened.begin() as connection:
            yield SqlRecords(connection)

    @contextmanager
    def look(self) -> Iterator[SqlRecords]:
        """Open a transaction that only reads. Raises as `Opened.look`."""
        with self._opened.look() as connection:
            yield SqlRecords(connection)

    def close(self) -> None:
        """Let the database go."""
        self._opened.close()
