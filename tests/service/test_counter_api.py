from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from kaijo.facts.pins import PinKind
from kaijo.service.api import create_app
from tests.reset.counter.bench import ONE, PASSWORDS, TWO, CounterBench
from tests.support.engines import Database

from .counter_wire import Wire
from .test_api import refused
from .wire import b64

NOW = "2027-03-15T09:30:00+09:00"


@pytest.fixture
def bench(light_database: Database) -> CounterBench:
    return CounterBench(store=light_database.store(memory=True))


@pytest.fixture
def wire(bench: CounterBench) -> Iterator[Wire]:
    with TestClient(create_app(desk=bench.desk, practice=True)) as client:
        wire = Wire(client, bench)
        wire.sign_in()
        yield wire


@pytest.mark.parametrize("kind", PinKind)
def test_reset_over_http(wire: Wire, kind: PinKind) -> None:
    case = wire.open()
    (act,) = wire.ask(case, "reset", kind)
    assert act == {
        "act": "reset",
        "kind": kind.value,
        "state": "ready",
        "clerk": ONE,
        "second": None,
        "done_at": None,
    }
    assert wire.reset(case, kind) == {
        "state": "completed",
        "act": "reset",
        "kind": kind.value,
        "completed_at": NOW,
        "usable_from": None,
    }
    assert [one["state"] for one in wire.get(f"counter/cases/{case}")["acts"]] == ["done"]


def test_renewal_over_http_with_a_second_clerk(wire: Wire) -> None:
    kind = PinKind.SIGNATURE
    old = wire.bench.certificate(kind)
    case = wire.open()
    assert [one["state"] for one in wire.ask(case, "renew", kind)] == ["needs-second"]
    begin = {"act": "renew", "kind": kind.value, "terminal": "counter-1"}
    assert refused(wire.post(f"cases/{case}/sessions", begin, 409)) == ("counter.second-needed", {"kind": "signature"})
    approval = {"clerk": TWO, "password": PASSWORDS[TWO]}
    (act,) = wire.post(f"cases/{case}/approval", approval)["acts"]
    assert (act["state"], act["second"]) == ("ready", TWO)
    _, last = wire.carry(case, "renew", kind)
    assert last == {"state": "completed", "step": 6}
    assert wire.bench.certificate(kind) != old


def test_proxy_over_http(wire: Wire) -> None:
    case = wire.open("proxy")
    letter = wire.post(f"cases/{case}/letter")
    assert letter["sent_at"] == NOW
    early = wire.papers("proxy", 2, letter["code"])
    assert refused(wire.post("cases", early, 409)) == ("counter.letter-too-early", {})
    wire.bench.clock.advance(timedelta(days=1))
    wire.sign_in()
    assert wire.open("proxy", 2, letter["code"])


def test_letters_code_is_told_in_practice_alone(bench: CounterBench) -> None:
    with TestClient(create_app(desk=bench.desk, practice=False)) as client:
        wire = Wire(client, bench)
        wire.sign_in()
        assert wire.post(f"cases/{wire.open('proxy')}/letter")["code"] is None


def test_missing_papers_are_named(wire: Wire) -> None:
    body = wire.papers("legal-representative") | {"documents": ["card", "own-identification"]}
    code, data = refused(wire.post("cases", body, 409))
    assert (code, data) == (
        "counter.documents-missing",
        {"documents": ["document.holder-identification", "document.proof-of-capacity"]},
    )


def test_numbers_over_http(wire: Wire) -> None:
    wire.token = ""
    assert [wire.post("tickets", status=201)["ahead"] for _ in range(2)] == [0, 1]
    wire.sign_in()
    assert wire.post("tickets/next")["number"] == 1
    assert refused(wire.post("tickets/next", status=409)) == ("counter.still-serving", {"number": 1})
    assert wire.post("tickets/1/done")["state"] == "done"
    listed = wire.get("counter/tickets")
    assert (listed["day"], [one["state"] for one in listed["tickets"]]) == ("2027-03-15", ["done", "waiting"])


def test_clerk_is_locked_and_unlocked_over_http(wire: Wire) -> None:
    wrong = {"clerk": TWO, "password": "not this"}
    codes = [wire.post("sign-ins", wrong, 409)["code"] for _ in range(6)]
    assert codes == ["counter.wrong-sign-in"] * 5 + ["counter.clerk-locked"]
    assert wire.get("counter/clerks")["clerks"] == [
        {"clerk": ONE, "locked": False, "own_card": False},
        {"clerk": TWO, "locked": True, "own_card": False},
    ]
    assert wire.post(f"clerks/{TWO}/unlock")["locked"] is False
    wire.sign_in(TWO)


def test_own_card_over_http(wire: Wire) -> None:
    own = {"authentication_certificate": b64(wire.bench.certificate())}
    assert wire.post("own-card", own)["own_card"] is True
    assert refused(wire.post("cases", wire.papers(), 409)) == ("counter.own-card", {})


def test_journal_over_http(wire: Wire) -> None:
    case = wire.open()
    wire.ask(case, "reset", PinKind.RESIDENT)
    wire.reset(case, PinKind.RESIDENT)
    journal = wire.get("counter/journal")
    assert (journal["day"], journal["refused"]) == ("2027-03-15", {})
    assert journal["done"] == {"sign-in": 2, "case": 1, "ask": 1, "reset": 1}
    done = next(one for one in journal["entries"] if one["deed"] == "reset")
    assert done == {
        "at": NOW,
        "deed": "reset",
        "outcome": "done",
        "clerk": ONE,
        "second": None,
        "case_id": case,
        "card": wire.bench.pseudonym,
        "visitor": "holder",
        "ticket": None,
        "act": "reset",
        "kind": "resident",
    }
    assert wire.get("counter/journal?day=2027-03-14")["entries"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "counter/clerks"),
        ("GET", "counter/journal"),
        ("GET", "operations"),
        ("GET", "counter/cases/nobody.1"),
        ("POST", "counter/tickets/next"),
        ("POST", "counter/tickets/1/done"),
        ("POST", f"counter/clerks/{TWO}/unlock"),
        ("POST", "counter/cases/nobody.1/close"),
        ("POST", "counter/cases/nobody.1/letter"),
        ("POST", "counter/sessions/nobody.1/end"),
    ],
)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic eA=="}])
def test_nothing_is_done_without_a_clerk(wire: Wire, method: str, path: str, header: dict[str, str]) -> None:
    body: dict[str, object] | None = {} if method == "POST" else None
    answer = wire.client.request(method, f"/v1/{path}", json=body, headers=header)
    assert (answer.status_code, answer.json()["code"]) == (409, "counter.not-signed-in")


@pytest.mark.parametrize(
    "change",
    [
        {"visitor": "nobody"},
        {"visit": 0},
        {"visit": "1"},
        {"documents": ["card"] * 17},
        {"documents": ["Not A Name"]},
        {"authentication_certificate": "no base64"},
        {"letter": "1" * 25},
        {"ticket": 0},
        {"more": 1},
    ],
)
def test_case_of_another_form_is_refused(wire: Wire, change: dict[str, Any]) -> None:
    content = wire.post("cases", wire.papers() | change, 422)
    assert content["code"] == "service.bad-request"


def test_after_signing_out_the_token_is_none(wire: Wire) -> None:
    assert wire.post("sign-out") == {"state": "signed-out"}
    assert wire.get("counter/clerks", 409)["code"] == "counter.not-signed-in"


def test_password_is_in_no_answer(wire: Wire) -> None:
    content = wire.post("sign-ins", {"clerk": "Not A Clerk", "password": "words of mine"}, 422)
    assert "words of mine" not in str(content)
    assert content["data"] == {"fields": ["clerk"]}
