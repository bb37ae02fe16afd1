"""Readiness names what is wrong, and says no before the process goes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kaijo.errors import ServiceTrouble
from kaijo.service.api import create_app
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.service.store.database import SqlStore
from kaijo.service.telemetry.house import telemetry
from tests.reset.bench import Bench
from tests.support.world import World

NAMES = ["running", "database", "keys", "revocation", "clock"]


def wrong(answer: Any) -> dict[str, str]:
    """Return the checks that do not hold, with their codes."""
    content = answer.json()
    assert [check["name"] for check in content["checks"]] == NAMES
    assert content["ready"] is (answer.status_code == 200) is all(check["ok"] for check in content["checks"])
    return {check["name"]: check["code"] for check in content["checks"] if not check["ok"]}


def test_ready_when_everything_holds(client: TestClient) -> None:
    assert wrong(client.get("/ready")) == {}


def test_not_ready_once_told_to_stop_but_still_serving(bench: Bench) -> None:
    watch = telemetry(bench.clock)
    with TestClient(create_app(desk=bench.desk, practice=True, watch=watch)) as client:
        watch.stopping.tell()
        assert wrong(client.get("/ready")) == {"running": "service.stopping"}
        assert client.get("/health").status_code == 200


def test_not_ready_without_database(tmp_path: Path) -> None:
    file = tmp_path / "service.sqlite3"
    bench = Bench(store=SqlStore(file))
    with TestClient(create_app(desk=bench.desk, practice=True)) as client:
        assert wrong(client.get("/ready")) == {}
        for part in tmp_path.iterdir():
            part.write_bytes(b"no database" * 1000)
        assert wrong(client.get("/ready")) == {"database": "store.damaged", "clock": "store.damaged"}


def test_not_ready_without_keys(bench: Bench) -> None:
    from dataclasses import replace

    desk = replace(bench.desk, keys=KeyFileCardKeys({}))
    with TestClient(create_app(desk=desk, practice=True)) as client:
        assert wrong(client.get("/ready")) == {"keys": "keys.unknown-version"}


def test_not_ready_with_a_clock_before_our_facts(bench: Bench) -> None:
    with TestClient(create_app(desk=bench.desk, practice=True)) as client:
        bench.clock.advance(-timedelta(days=365))
        assert wrong(client.get("/ready")) == {"clock": "service.clock-behind"}


def test_revocation_lists_are_demanded_in_force(world: World) -> None:
    from kaijo import app

    trust = app.desk(world.data, world.clock, face_required=False).trust
    trust.demand_lists(world.clock.now())
    with pytest.raises(ServiceTrouble) as trouble:
        Lapsed.of(world).demand_lists(world.clock.now() + timedelta(days=365))
    assert trouble.value.code == "trust.revocation-unavailable"


class Lapsed:
    """Trust whose lists are those of the world's night, whenever it is asked."""

    @staticmethod
    def of(world: World) -> Any:
        from kaijo import app
        from kaijo.facts.pins import PinKind
        from kaijo.service.trust.checking import CertificateTrust

        issuer = app.practice_issuer(world.clock)
        night = world.clock.now()
        kind = PinKind.AUTHENTICATION
        return CertificateTrust({kind: [issuer.ca_certificate(kind)]}, lambda of, _at: [issuer.crl(of, night)])
