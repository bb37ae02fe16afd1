from collections.abc import Iterator

import pytest

from kaijo.service.store.database import SqlStore

from .bench import CounterBench


@pytest.fixture
def bench() -> Iterator[CounterBench]:
    store = SqlStore(None)
    yield CounterBench(store=store)
    store.close()
