"""The store itself: one behaviour on two engines, its version, and every failure of it as an error of ours."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from kaijo.errors import ServiceTrouble
from kaijo.service.store.postgres import is_stale, open_postgres, postgres_meaning
from kaijo.service.store.records import SqlRecords
from kaijo.service.store.schema import STEPS, TABLES, VERSION, schema_versions
from kaijo.service.store.sqlite import open_sqlite, sqlite_meaning


class SqlStore:
    """The store, on SQLite in a file (`None`: in memory, for one thread at a time) or on a PostgreSQL server.

    A commit is on the disk when it returns. Raises ServiceTrouble `store.version` (found, wanted) for a database of
    another version, `store.unreachable` (reason) when a server does not let us in, `store.no-extra`, and as `begin`.
    """

    def __init__(self, database: Path | URL | None) -> None:
        server = isinstance(database, URL)
        self._engine = open_postgres(database) if isinstance(database, URL) else open_sqlite(database)
        self._meaning = postgres_meaning if server else sqlite_meaning
        try:
            with self._translated(), self._engine.begin() as connection:
                _prepare(connection)
        except ServiceTrouble as trouble:
            if trouble.code != "store.unsure":
                raise
            raise ServiceTrouble("store.unreachable", reason=_first_line(trouble.__cause__)) from None

    @contextmanager
    def begin(self) -> Iterator[SqlRecords]:
        """Open one atomic transaction.

        Raises ServiceTrouble `store.damaged`, `store.unwritable`; `store.busy` when somebody else was in the way and
        nothing was done; `store.unsure` when the server was lost and it may have been done.
        """
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
            if is_stale(error):
                self._engine.dispose()
            raise ServiceTrouble(self._meaning(error)) from error
        except SQLAlchemyError as error:
            # What is left is the pool: no connection became free in time.
            raise ServiceTrouble("store.busy") from error


def _first_line(error: BaseException | None) -> str:
    said = str(getattr(error, "orig", error)).strip()
    return said.partition("\n")[0]


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
