"""Every write of the API sent twice under one key: the second answer is the first, and nothing is done twice."""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from starlette.testclient import TestClient

from kaijo.facts.pins import PinKind
from kaijo.reset.face_records import Pose
from kaijo.reset.records import Place
from kaijo.reset.terminals import enrol, join_message
from kaijo.service.api import create_app
from kaijo.service.store.schema import TABLES
from tests.reset.bench import NOON, SIGNATURE, Bench, sign
from tests.reset.counter.bench import ONE, PASSWORDS, TWO, CounterBench
from tests.reset.sitting import SURFACE, Sitting
from tests.support.engines import Database

from . import wire as phone
from .counter_wire import Wire
from .wire import b64

KEYED = {
    "/v1/challenges",
    "/v1/kiosk-sessions",
    "/v1/counter/sign-ins",
    "/v1/counter/tickets",
    "/v1/counter/tickets/next",
    "/v1/counter/cases",
    "/v1/counter/cases/{case_id}/letter",
    "/v1/counter/cases/{case_id}/sessions",
}


class Twice(TestClient):
    """Sends every POST twice under one key, compares, and notes its path."""

    sent: ClassVar[Counter[str]] = Counter()
    templates: tuple[str, ...] = ()

    def request(self, method: str, url: Any, **named: Any) -> Any:
        if method != "POST":
            return super().request(method, url, **named)
        (template,) = (one for one in self.templates if re.fullmatch(re.sub(r"{\w+}", "[^/]+", one), str(url)))
        self.sent[template] += 1
        headers = {**(named.pop("headers", None) or {}), "Idempotency-Key": f"a-wish-of-its-own-{self.sent.total()}"}
        first = super().request(method, url, headers=headers, **named)
        again = super().request(method, url, headers=headers, **named)
        assert (again.status_code, again.json()) == (first.status_code, first.json()), template
        return first


def posts(client: TestClient) -> dict[str, Any]:
    paths = client.get("/openapi.json").json()["paths"]
    return {path: verbs["post"] for path, verbs in paths.items() if "post" in verbs}


@contextmanager
def twice(bench: Bench | CounterBench) -> Iterator[Twice]:
    with Twice(create_app(desk=bench.desk, practice=True)) as client:
        client.templates = tuple(sorted(posts(client), key=lambda one: one.count("{")))
        yield client


def at_the_kiosk(client: Twice, bench: Bench) -> None:
    made = phone.reserve(client)
    token = {"token": made["cancel_token"]}
    phone.post(client, "/v1/reservations/state", token, 200)
    phone.post(client, "/v1/reservations/cancel", token, 200)
    phone.reserve(client)
    opened = phone.open_session(client)
    phone.prove(client, opened)
    phone.post(client, f"/v1/kiosk-sessions/{opened['session_id']}/extend", {}, 200)
    phone.post(client, f"/v1/kiosk-sessions/{opened['session_id']}/end", {}, 200)
    opened = phone.open_session(client)
    assert phone.relay(client, bench, opened, phone.prove(client, opened))["state"] == "granted"
    receipt = {"receipt": phone.reset(bench).hex()}
    phone.post(client, f"/v1/kiosk-sessions/{opened['session_id']}/receipt", receipt, 200)


def at_the_counter(client: Twice, bench: CounterBench) -> None:
    wire = Wire(client, bench)
    wire.sign_in()
    wire.post("own-card", {"authentication_certificate": b64(CounterBench(store=bench.store).certificate())})
    wire.post("tickets", {}, 201)
    number = wire.post("tickets/next")["number"]
    wire.post(f"tickets/{number}/done")
    case = wire.open()
    wire.ask(case, "renew", PinKind.SIGNATURE)
    wire.ask(case, "reset", PinKind.SIGNATURE)
    wire.post(f"cases/{case}/approval", {"clerk": TWO, "password": PASSWORDS[TWO]})
    wire.reset(case, PinKind.SIGNATURE)
    session, _ = wire.carry(case, "renew", PinKind.SIGNATURE)
    wire.post(f"sessions/{session}/end")
    wire.post(f"cases/{case}/close")
    wire.post(f"cases/{wire.open('proxy')}/letter")
    wire.post(f"clerks/{TWO}/unlock")
    wire.post("sign-out")


def before_the_camera(client: Twice, sitting: Sitting) -> None:
    asked = phone.post(client, "/v1/challenges", {"purpose": "reserve", "kind": SIGNATURE.value}, 201)
    evidence = {
        "challenge_id": asked["challenge_id"],
        "kind": SIGNATURE.value,
        "authentication_certificate": b64(b"a1"),
        "proof_certificate": b64(b"a1"),
        "signature": b64(sign("a1", b64decode(asked["message"]))),
    }
    opened = phone.post(client, "/v1/face-checks", {**evidence, "device": "0" * 32}, 201)
    check = f"/v1/face-checks/{opened['face_check_id']}"
    phone.post(client, f"{check}/guidance", {"frame": b64(sitting.picture(Pose.STRAIGHT))}, 200)
    drawn = phone.post(client, f"{check}/poses", {}, 200)
    surface = {name: b64(part) for name, part in asdict(SURFACE).items()}
    pictures = [b64(sitting.picture(Pose(pose))) for pose in drawn["poses"]]
    decision = {"nonce": drawn["nonce"], "frames": pictures, "surface": surface}
    permit = phone.post(client, f"{check}/decision", decision, 200)["permit"]
    phone.post(client, "/v1/reservations", {**evidence, "face": permit}, 201)


def a_terminal_joins(client: Twice, bench: Bench) -> None:
    _, code = enrol(bench.desk, name="kiosk 7", place=Place.KIOSK)
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    body = {"code": code, "public_key": b64(public), "signature": b64(key.sign(join_message(code, public)))}
    phone.post(client, "/v1/terminals", body, 201)


def counts(database: Database) -> dict[str, int]:
    with database.opened[0].begin() as records:
        found = {name: select(func.count()).select_from(table) for name, table in TABLES.tables.items()}
        return {name: records.connection.execute(one).scalar_one() for name, one in found.items()}


def test_every_write_sent_twice_is_done_once(database: Database) -> None:
    Twice.sent.clear()
    kiosk = Bench(store=database.store(memory=True))
    with twice(kiosk) as client:
        at_the_kiosk(client, kiosk)
    done = counts(database)
    assert {name: done[name] for name in ("challenges", "reservations", "sessions", "grants", "answers")} == {
        "challenges": 2,
        "reservations": 2,
        "sessions": 2,
        "grants": 1,
        "answers": 5,
    }
    camera = Sitting(Bench(store=kiosk.store))
    with twice(camera.bench) as client:
        before_the_camera(client, camera)
        a_terminal_joins(client, camera.bench)
    done = counts(database)
    assert {name: done[name] for name in ("face_checks", "face_tries", "reservations", "terminals")} == {
        "face_checks": 1,
        "face_tries": 2,  # of the card and of the device
        "reservations": 3,
        "terminals": 1,
    }
    counter = CounterBench(store=kiosk.store)
    with twice(counter) as client:
        at_the_counter(client, counter)
        known = set(posts(client))
    done = counts(database)
    assert {name: done[name] for name in ("cases", "letters", "tickets")} == {"cases": 2, "letters": 1, "tickets": 1}
    assert set(Twice.sent) == known
    (line,) = [one for one in counter.journal() if one.deed.value == "call"]
    assert line.clerk == ONE


def test_document_says_which_writes_take_a_key(light_database: Database) -> None:
    with TestClient(create_app(desk=Bench(store=light_database.store(memory=True)).desk, practice=True)) as client:
        takes = {
            path
            for path, verb in posts(client).items()
            if "Idempotency-Key" in {p["name"] for p in verb.get("parameters", [])}
        }
    assert takes == KEYED


def test_key_of_another_form_is_refused(light_database: Database) -> None:
    with TestClient(create_app(desk=Bench(store=light_database.store(memory=True)).desk, practice=True)) as client:
        for key in ("short", "x" * 65, "no spaces in a key!"):
            answer = client.post(
                "/v1/challenges", json={"purpose": "reserve", "kind": SIGNATURE.value}, headers={"Idempotency-Key": key}
            )
            assert (answer.status_code, answer.json()["code"]) == (422, "service.bad-request")


@pytest.mark.parametrize("other", ["another-key-altogether", None])
def test_another_key_or_none_is_another_challenge(light_database: Database, other: str | None) -> None:
    bench = Bench(store=light_database.store(memory=True))
    with TestClient(create_app(desk=bench.desk, practice=True)) as client:
        found = set()
        for key in ("one-key-for-one-wish", "one-key-for-one-wish", other):
            headers = {} if key is None else {"Idempotency-Key": key}
            body = {"purpose": "reserve", "kind": SIGNATURE.value}
            found.add(client.post("/v1/challenges", json=body, headers=headers).json()["challenge_id"])
    assert len(found) == 2
    assert bench.clock.now() == NOON
