from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from kaijo.service.api import create_app
from tests.reset.bench import Bench
from tests.support.engines import Database


@pytest.fixture
def bench(light_database: Database) -> Bench:
    return Bench(store=light_database.store(memory=True))


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    with TestClient(create_app(desk=bench.desk, practice=True)) as client:
        yield client
