"""Ids, lines and figures of requests, through the whole application."""

import json
import logging
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from kaijo import app
from kaijo.reset.audit import Tag
from kaijo.reset.scribe import Scribe
from kaijo.service.api import create_app
from kaijo.service.server import serving
from kaijo.service.store.audited import AuditedStore
from kaijo.service.store.database import SqlStore
from kaijo.service.telemetry.fields import CHECKS
from kaijo.service.telemetry.house import Telemetry, telemetry
from kaijo.terminals.client import ServiceClient
from kaijo.words import catalogue
from tests.reset.bench import Bench
from tests.reset.sitting import Sitting
from tests.service.wire import open_session, prove, relay, reserve
from tests.support.engines import Database
from tests.support.world import World


@pytest.fixture
def store(light_database: Database) -> SqlStore:
    return light_database.store(memory=True)


@pytest.fixture
def watch(bench: Bench) -> Telemetry:
    return telemetry(bench.clock)


@pytest.fixture
def client(bench: Bench, watch: Telemetry) -> TestClient:
    return TestClient(create_app(desk=bench.desk, practice=True, watch=watch), raise_server_exceptions=False)


def samples(watch: Telemetry) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return what Prometheus would read."""
    families = text_string_to_metric_families(generate_latest(watch.metrics.registry).decode())
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(str(record.msg)) for record in caplog.records if record.name == "kaijo.service"]


def test_every_answer_has_an_id_of_ours_and_its_line(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "kaijo.service")
    with client:
        opened = open_session_of(client)
        answers = [
            client.get("/health", headers={"X-Request-Id": "mine-4471"}),
            client.post(f"/v1/kiosk-sessions/{opened}/end", json={}),
            client.get("/no/such/4471"),
            client.post("/v1/challenges", json={"purpose": "4471"}),
        ]
    lines = told(caplog)[-4:]
    assert [line["request"] for line in lines] == [answer.headers["x-request-id"] for answer in answers]
    assert [(line["route"], line["status"], line.get("code")) for line in lines] == [
        ("/health", 200, None),
        ("/v1/kiosk-sessions/{session_id}/end", 200, None),
        ("none", 404, "service.not-found"),
        ("/v1/challenges", 422, "service.bad-request"),
    ]
    assert "4471" not in "".join(str({**line, "time": "", "request": "", "milliseconds": 0}) for line in lines)


def open_session_of(client: TestClient) -> str:
    reserve(client)
    return str(open_session(client)["session_id"])


def test_figures_of_a_walk_agree_with_the_trail(client: TestClient, watch: Telemetry, bench: Bench) -> None:
    with client:
        reserve(client)
        opened = open_session(client)
        relay(client, bench, opened, prove(client, opened))
        open_session(client, 409)
    read = samples(watch)
    assert read["kaijo_requests_total", labels(method="POST", route="/v1/reservations", status="201")] == 1
    assert read["kaijo_refusals_total", labels(code="reset.in-use")] == 1
    assert read["kaijo_request_seconds_count", labels(route="/v1/kiosk-sessions/{session_id}/relay")] == 5
    assert read["kaijo_requests_in_flight", ()] == 0
    assert (read["kaijo_audit_unsealed_rows", ()], read["kaijo_ready", labels(check="database")]) == (0, 1)


def test_figures_of_what_was_done_come_from_the_trail(world: World) -> None:
    watch = telemetry(world.clock)
    service = app.service(world.folder / "watched", world.clock, face_required=False, watch=watch)
    with serving(service) as world.url, ServiceClient(world.url) as world.client:
        card = world.card("signature-locked")
        world.reserve(card, "signature-locked")
        world.reset(world.kiosk(card), "signature-locked")
        read = samples(watch)
    acts = {dict(pairs)["tag"]: value for (name, pairs), value in read.items() if name == "kaijo_acts_total" and value}
    assert acts == {
        "operator-act": 2, "reservation-made": 1, "session-opened": 1, "proof-accepted": 1, "grant-intended": 1,
        "grant-confirmed": 1, "receipt-taken": 1, "session-ended": 1,
    }  # fmt: skip
    assert read["kaijo_audit_unsealed_rows", ()] == sum(acts.values())
    for reached in ("granted", "completed"):
        assert read["kaijo_session_seconds_count", labels(place="kiosk", reached=reached)] == 1
    assert read["kaijo_key_seconds_count", labels(operation="session-keys", outcome="done")] == 4
    assert read["kaijo_store_seconds_count", labels(outcome="done")] > sum(acts.values())
    assert {pairs: value for (name, pairs), value in read.items() if name == "kaijo_ready"} == {
        labels(check=check): 1 for check in CHECKS
    }


def labels(**of: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(of.items()))


def test_decided_faces_are_counted_by_their_outcome(store: SqlStore, watch: Telemetry) -> None:
    plain = Bench(store=store)
    audited = AuditedStore(store, Scribe(plain.desk.veil, plain.clock), watch.metrics)
    sitting = Sitting(Bench(store=audited, clock=plain.clock))
    sitting.fail(sitting.open().check)
    sitting.passed()
    read = samples(watch)
    counted = {labels: value for (name, labels), value in read.items() if name == "kaijo_face_decisions_total"}
    assert counted == {labels(outcome="face.no-match"): 1, labels(outcome="passed"): 1}


def test_no_label_has_a_value_that_somebody_sent(client: TestClient, watch: Telemetry) -> None:
    with client:
        reserve(client)
        for path in ("/x/4471", "/v1/kiosk-sessions/KANARIE7/end"):
            client.post(path, json={})
        client.request("KANARIE", "/health")
    closed = {
        "code": {*catalogue(), "other"},
        "tag": {tag.value for tag in Tag},
        "method": {"GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE", "OTHER"},
    }
    seen = [pair for _, pairs in samples(watch) for pair in pairs]
    assert [pair for pair in seen if pair[0] in closed and pair[1] not in closed[pair[0]]] == []
    assert [pair for pair in seen if "KANARIE" in pair[1] or "4471" in pair[1]] == []
