import pytest

from kaijo.service.face.engine import DlibEngine
from tests.support.faces import shared_engine


@pytest.fixture(scope="session")
def engine() -> DlibEngine:
    return shared_engine()
