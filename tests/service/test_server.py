import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import sleep

import httpx2
import pytest
from sqlalchemy import text

from kaijo.errors import ServiceTrouble
from kaijo.facts.pins import PinKind
from kaijo.facts.service import stop_limit
from kaijo.processes import free_port
from kaijo.service.api import create_app
from kaijo.service.server import _listen, _Server, run, serving
from kaijo.service.store.database import SqlStore
from tests.reset.bench import NOON, Bench
from tests.support.engines import Database
from tests.support.world import World, home


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    store = SqlStore(tmp_path / "service.db")
    yield Bench(store=store)
    store.close()


def test_serving_answers_on_loopback_and_stops(bench: Bench) -> None:
    # Not any port: among those that outgoing connections are given, the last call here could meet somebody else.
    with (
        serving(create_app(desk=bench.desk, practice=True), port=free_port()) as url,
        httpx2.Client(trust_env=False, timeout=None) as client,
    ):
        assert url.startswith("http://127.0.0.1:")
        health = client.get(f"{url}/health")
        assert (health.status_code, health.json()["time"]) == (200, NOON.isoformat())
        assert "server" not in health.headers
        challenge = client.post(f"{url}/v1/challenges", json={"purpose": "reserve", "kind": "signature"})
        assert challenge.status_code == 201
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/health", trust_env=False)


def test_server_on_a_port_in_use_says_so(bench: Bench) -> None:
    app = create_app(desk=bench.desk, practice=True)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServiceTrouble) as trouble:
            run(app, port=port)
        assert trouble.value.diagnostics() == {"code": "service.port-in-use", "data": {"port": port}}
        with pytest.raises(ServiceTrouble), serving(app, port=port):
            pass


def test_server_on_an_address_that_is_not_ours_says_so(bench: Bench) -> None:
    app = create_app(desk=bench.desk, practice=True)
    for host, port in (("127.0.0.1", 70_000), ("127.0.0.1", -1)):
        with pytest.raises(ServiceTrouble) as trouble:
            run(app, host=host, port=port)
        assert trouble.value.code == "service.cannot-listen"


def test_run_says_when_it_is_ready_and_serves_until_told_to_stop(bench: Bench) -> None:
    class StopError(Exception):
        pass

    def ready(port: int) -> None:
        assert port > 0
        raise StopError

    with pytest.raises(StopError):
        run(create_app(desk=bench.desk, practice=True), ready=ready)


def test_requests_under_way_at_the_stop_have_a_bounded_time(bench: Bench) -> None:
    with closing(_listen("127.0.0.1", 0)) as listener:
        server = _Server(create_app(desk=bench.desk, practice=True), listener, None)
    assert server.config.timeout_graceful_shutdown == stop_limit().total_seconds() == 10


def test_service_that_is_over_leaves_no_connection_behind(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIJO_HOME", str(home()))
    with World(tmp_path, database).running() as world:
        world.client.challenge(PinKind.SIGNATURE)
        assert connections(database) > 0
    while connections(database):  # a server's own process for it ends a moment later
        sleep(0.01)


def connections(database: Database) -> int:
    """Return how many connections a server, or this process, has open to the database."""
    if isinstance(database.place, Path):
        return sum(_opened(link) == database.place for link in Path("/proc/self/fd").iterdir())
    raw = database.raw()
    with raw.connect() as connection:
        others = "select count(*) from pg_stat_activity where datname = 'kaijo' and pid <> pg_backend_pid()"
        found = int(connection.execute(text(others)).scalar_one())
    raw.dispose()
    return found


def _opened(link: Path) -> Path | None:
    try:
        return link.readlink()
    except FileNotFoundError:  # closed meanwhile, by the service's threads
        return None
