from collections.abc import Iterator

import pytest

from kaijo.service.store.database import SqlStore

from .bench import Bench


@pytest.fixture
def store() -> Iterator[SqlStore]:
    store = SqlStore(None)
    yield store
    store.close()


@pytest.fixture
def bench(store: SqlStore) -> Bench:
    return Bench(store=store)
