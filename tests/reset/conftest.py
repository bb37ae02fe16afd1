import pytest

from kaijo.service.store.database import SqlStore
from tests.support.engines import Database

from .bench import Bench


@pytest.fixture
def store(database: Database) -> SqlStore:
    return database.store(memory=True)


@pytest.fixture
def bench(store: SqlStore) -> Bench:
    return Bench(store=store)
