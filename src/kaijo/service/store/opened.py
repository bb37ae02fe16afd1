"""A database that is open, whichever it is, and every failure of it as an error of ours."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kaijo.errors import ServiceTrouble
from kaijo.service.store.postgres import is_stale, open_postgres, postgres_meaning
from kaijo.service.store.sqlite import Door, open_sqlite, sqlite_meaning


class Opened:
    """An engine and what its failures mean.

    Raises ServiceTrouble `store.unreachable` (reason) when a server does not let us in, `store.no-extra`, and as
    `begin`.
    """

    def __init__(self, database: Path | URL | None) -> None:
        self.is_server = isinstance(database, URL)
        self.engine = open_postgres(database) if isinstance(database, URL) else open_sqlite(database)
        self._meaning = postgres_meaning if self.is_server else sqlite_meaning
        self._reading = self.engine.execution_options(postgresql_readonly=True, sqlite_readonly=True)
        self._door: AbstractContextManager[object] = nullcontext() if self.is_server else Door()
        try:
            with self.begin():
                pass
        except ServiceTrouble as trouble:
            self.close()
            if trouble.code != "store.unsure":
                raise
            raise ServiceTrouble("store.unreachable", reason=_first_line(trouble.__cause__)) from None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open one atomic transaction.

        Raises ServiceTrouble `store.damaged`, `store.unwritable`; `store.busy` when somebody else was in the way and
        nothing was done; `store.unsure` when the server was lost and it may have been done.
        """
        with self._understood(), self._door, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Open a transaction in which the database refuses to write.

        Raises as `begin`, and ServiceTrouble `store.unwritable` for an attempt to.
        """
        with self._understood(reading=True), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def _understood(self, *, reading: bool = False) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if is_stale(error) and reading:
                raise ServiceTrouble("store.unwritable") from error
            if is_stale(error):
                self.engine.dispose()
            raise ServiceTrouble(self._meaning(error)) from error
        except SQLAlchemyError as error:
            # What is left is the pool: no connection became free in time.
            raise ServiceTrouble("store.busy") from error

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()


def _first_line(error: BaseException | None) -> str:
    said = str(getattr(error, "orig", error)).strip()
    return said.partition("\n")[0]
