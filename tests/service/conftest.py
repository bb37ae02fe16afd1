from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from kaijo.service.api import create_app
from kaijo.service.store.database import SqlStore
from tests.reset.bench import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    store = SqlStore(None)
    yield Bench(store=store)
    store.close()


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(desk=bench.desk, practice=True)) as client:
        yield client
