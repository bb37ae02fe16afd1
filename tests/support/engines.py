"""Every engine that the store runs on, for tests that must see one behaviour on all of them."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, Engine, create_engine

from kaijo.service.store.database import SqlStore
from kaijo.service.store.schema import TABLES
from kaijo.service.store.upkeep import bring_up_to_date
from tests.support.postgres import SERVERS, Servers

SQLITE = "sqlite"
ENGINES = (SQLITE, *SERVERS)


@dataclass
class Database:
    """An empty database on one engine. `memory` says that SQLite may keep it in memory: for one thread at a time."""

    engine: str
    place: Path | URL
    opened: list[SqlStore] = field(default_factory=list)

    def store(self, *, memory: bool = False) -> SqlStore:
        """Open a store on it; it is closed at the end of the test."""
        in_memory = memory and self.engine == SQLITE
        made = SqlStore(None if in_memory else self.place)
        self.opened.append(made)
        return made

    def raw(self) -> Engine:
        """Return a way in from outside, past the store."""
        return create_engine(self.url)

    @property
    def url(self) -> URL:
        """The address as SQLAlchemy spells it."""
        if isinstance(self.place, Path):
            return URL.create("sqlite", database=str(self.place))
        return self.place.set(drivername="postgresql+psycopg")

    @property
    def address(self) -> str:
        """The address as `--database` takes it."""
        return str(self.place) if isinstance(self.place, Path) else self.place.render_as_string(hide_password=False)

    def close(self) -> None:
        """Close every store that was opened."""
        for one in self.opened:
            one.close()


MakeDatabase = Callable[[str], Database]


@pytest.fixture
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """Give what makes an empty database on an engine, one of each at a time."""
    made: list[Database] = []

    def make(engine: str) -> Database:
        if engine == SQLITE:
            database = Database(engine, tmp_path / "service.sqlite3")
        else:
            servers: Servers = request.getfixturevalue("servers")
            server = servers.get(engine)
            database = Database(engine, server.url("kaijo"))
            with closing(server.admin()) as admin:
                if admin.execute("select 1 from pg_database where datname = 'kaijo'").fetchone() is None:
                    admin.execute("create database kaijo")
            bring_up_to_date(database.place)
            empty(database)
        made.append(database)
        return database

    yield make
    for one in made:
        one.close()


def empty(database: Database) -> None:
    """Take every row out; quicker than a new database for each test."""
    engine = database.raw()
    with engine.begin() as connection:
        _delete(connection)
    engine.dispose()


def clear(store: SqlStore) -> None:
    """Take every row out of a store that is open."""
    with store.begin() as records:
        _delete(records.connection)


def _delete(connection: Connection) -> None:
    for table in reversed(TABLES.sorted_tables):
        if table.name != "schema_versions":
            connection.execute(table.delete())


@pytest.fixture(params=ENGINES if os.environ.get("KAIJO_ENGINES") == "all" else ENGINES[:1])
def light_database(request: pytest.FixtureRequest, make_database: MakeDatabase) -> Database:
    """Give an empty database on SQLite, on each engine with KAIJO_ENGINES=all: for tests of what lies above."""
    return make_database(str(request.param))


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, make_database: MakeDatabase) -> Database:
    """Give an empty database on each engine in turn."""
    return make_database(str(request.param))
