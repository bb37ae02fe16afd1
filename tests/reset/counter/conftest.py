import pytest

from tests.support.engines import Database

from .bench import CounterBench


@pytest.fixture
def bench(light_database: Database) -> CounterBench:
    return CounterBench(store=light_database.store(memory=True))
