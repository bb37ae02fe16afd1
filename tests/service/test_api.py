import json
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from kaijo.clock import parse_time
from kaijo.facts.hours import kiosk_hours
from kaijo.facts.pins import PinKind
from kaijo.facts.stores import chains_for
from kaijo.service.api import create_app
from kaijo.service.envelope import BODY_LIMIT
from tests.reset.bench import AUTHENTICATION, LIFE, NOON, SIGNATURE, Bench, record

from .wire import b64, open_session, post, prove, relay, reserve, reset

NOW = "2027-03-15T12:00:00+09:00"
CERTIFICATE = b64(b"a1")


def refused(content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return code and data of an error, once its sentences are found whole."""
    assert set(content) == {"code", "data", "messages"}
    assert set(content["messages"]) == {"ja", "en"}
    for said in content["messages"].values():
        assert set(said) == {"title", "cause", "remedy"}
        assert all(said.values())
    return content["code"], content["data"]


def test_health_says_what_the_service_is(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "status": "ok",
        "time": NOW,
        "practice": True,
        "version": "0.1.0",
        "face": {
            "signature": "not-required",
            "authentication": "not-required",
            "matcher": None,
            "evaluated": False,
        },
    }


@pytest.mark.parametrize("kind", [SIGNATURE, AUTHENTICATION])
def test_walk_over_http(client: TestClient, bench: Bench, kind: PinKind) -> None:
    made = reserve(client, kind)
    assert {name: made[name] for name in ("kind", "made_at", "expires_at", "replaced", "chains")} == {
        "kind": kind.value,
        "made_at": NOW,
        "expires_at": (NOON + LIFE).isoformat(),
        "replaced": False,
        "chains": [chain.value for chain in chains_for(kind)],
    }
    opened = open_session(client)
    assert (opened["kind"], opened["reservation_expires_at"]) == (kind.value, made["expires_at"])
    first = prove(client, opened)
    assert first == {"state": "relaying", "step": 0, "command": "00a4040c07a0000001510000"}
    assert relay(client, bench, opened, first) == {"state": "granted", "step": 5}
    path = f"/v1/kiosk-sessions/{opened['session_id']}"
    receipt = reset(bench, kind)
    done = {"state": "completed", "kind": kind.value, "completed_at": NOW}
    assert post(client, f"{path}/receipt", {"receipt": receipt.hex()}, 200) == done
    bench.clock.advance(timedelta(minutes=1))
    assert post(client, f"{path}/receipt", {"receipt": receipt.hex().upper()}, 200) == done
    assert post(client, f"{path}/end", {}, 200) == {"state": "completed"}
    again = open_session(client, 409)
    assert refused(again) == ("reset.already-done", {"kind": kind.value, "done_at": NOW})


def test_end_gives_the_reservation_back(client: TestClient) -> None:
    reserve(client)
    opened = open_session(client)
    prove(client, opened)
    until = {"until": opened["expires_at"]}
    assert refused(open_session(client, 409)) == ("reset.in-use", until)
    assert refused(reserve(client, status=409)) == ("reset.in-use", until)
    assert post(client, f"/v1/kiosk-sessions/{opened['session_id']}/end", {}, 200) == {"state": "ended"}
    assert reserve(client)["replaced"] is True


def test_reservation_is_cancelled_with_its_token_as_often_as_one_likes(client: TestClient) -> None:
    made = reserve(client)
    token = {"token": made["cancel_token"]}
    live = {"kind": "signature", "state": "live", "expires_at": made["expires_at"]}
    assert post(client, "/v1/reservations/state", token, 200) == live
    for _ in range(2):
        assert post(client, "/v1/reservations/cancel", token, 200) == {**live, "state": "cancelled"}
    assert refused(open_session(client, 409)) == ("reset.no-reservation", {})
    assert reserve(client)["replaced"] is False


def test_cancel_of_a_used_reservation_says_that_it_is_done(client: TestClient, bench: Bench) -> None:
    made = reserve(client)
    token = {"token": made["cancel_token"]}
    opened = open_session(client)
    relay(client, bench, opened, prove(client, opened))
    assert refused(post(client, "/v1/reservations/cancel", token, 409)) == (
        "reset.in-use",
        {"until": opened["expires_at"]},
    )
    post(client, f"/v1/kiosk-sessions/{opened['session_id']}/receipt", {"receipt": reset(bench).hex()}, 200)
    assert refused(post(client, "/v1/reservations/cancel", token, 409)) == (
        "reset.already-done",
        {"kind": "signature", "done_at": NOW},
    )
    assert post(client, "/v1/reservations/state", token, 200) == {
        "kind": "signature",
        "state": "used",
        "expires_at": made["expires_at"],
        "used_at": NOW,
    }


def test_cancel_with_a_token_of_nobody_is_refused(client: TestClient) -> None:
    for path in ("state", "cancel"):
        content = post(client, f"/v1/reservations/{path}", {"token": "0" * 160}, 409)
        assert refused(content) == ("reset.unknown-cancel-token", {})


def test_refusals_say_when_to_come_back(client: TestClient, bench: Bench) -> None:
    assert refused(open_session(client, 409)) == ("reset.no-reservation", {})
    made = reserve(client)
    bench.clock.advance(LIFE)
    expired = open_session(client, 409)
    assert refused(expired) == ("reset.reservation-expired", {"expired_at": made["expires_at"]})
    assert "16日" in expired["messages"]["ja"]["cause"]
    bench.clock.advance(timedelta(hours=11, minutes=30))
    opens_at = kiosk_hours().next_opening(bench.clock.now())
    assert refused(open_session(client, 409)) == ("reset.kiosk-closed", {"opens_at": opens_at.isoformat()})


def test_refusal_of_a_card_names_the_certificate(client: TestClient, bench: Bench) -> None:
    bench.change_card(signature=None)
    assert refused(reserve(client, status=409)) == ("reset.no-signature-certificate", {})
    bench.change_card(signature=record(b"s1"), authentication=record(b"other"))
    assert refused(reserve(client, status=409)) == ("reset.unknown-card", {})


def test_settled_by_what_the_card_says_at_the_next_visit(client: TestClient, bench: Bench) -> None:
    reserve(client)
    opened = open_session(client)
    relay(client, bench, opened, prove(client, opened))
    reset(bench)
    bench.clock.advance(timedelta(hours=1))
    content = open_session(client, 409, bench.reset_state().encode())
    done_at = (NOON + timedelta(hours=1)).isoformat()
    assert refused(content) == ("reset.already-done", {"done_at": done_at, "kind": "signature"})
    assert content["messages"]["en"]["title"] == "The signature PIN has been reset already"


@pytest.mark.parametrize("step", ["proof", "relay", "receipt", "end"])
def test_session_that_is_unknown_is_not_found(client: TestClient, step: str) -> None:
    bodies: dict[str, object] = {
        "proof": {"proof_certificate": CERTIFICATE, "signature": CERTIFICATE},
        "relay": {"step": 0, "response": "9000"},
        "receipt": {"receipt": "00" * 37},
        "end": {},
    }
    bodies["receipt"] = {"receipt": "01" + "00" * 36}
    content = post(client, f"/v1/kiosk-sessions/nobody.1/{step}", bodies[step], 404)
    assert refused(content) == ("reset.unknown-session", {})


def test_receipt_that_is_none_is_the_cards_trouble(client: TestClient) -> None:
    content = post(client, "/v1/kiosk-sessions/nobody.1/receipt", {"receipt": "00"}, 409)
    assert refused(content) == ("card.malformed-receipt", {})
    content = open_session(client, 409, b"\0")
    assert refused(content) == ("card.malformed-receipt", {})


CHALLENGE: dict[str, object] = {"purpose": "reserve", "kind": "signature"}
RESERVATION: dict[str, object] = {
    "challenge_id": "0f",
    "kind": "signature",
    "authentication_certificate": CERTIFICATE,
    "proof_certificate": CERTIFICATE,
    "signature": CERTIFICATE,
}
SESSION: dict[str, object] = {"kiosk": "kiosk 1", "authentication_certificate": CERTIFICATE}
RELAY: dict[str, object] = {"step": 0, "response": "9000"}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("challenges", {**CHALLENGE, "kind": "retina"}, "kind"),
        ("challenges", {**CHALLENGE, "purpose": "kiosk"}, "purpose"),
        ("challenges", {**CHALLENGE, "pin": "1234"}, "pin"),
        ("challenges", {"kind": "signature"}, "purpose"),
        ("challenges", [], "body"),
        ("reservations", {**RESERVATION, "challenge_id": "0F"}, "challenge_id"),
        ("reservations", {**RESERVATION, "challenge_id": "0" * 65}, "challenge_id"),
        ("reservations", {**RESERVATION, "signature": "a"}, "signature"),
        ("reservations", {**RESERVATION, "signature": "a!=="}, "signature"),
        ("reservations", {**RESERVATION, "signature": ""}, "signature"),
        ("reservations", {**RESERVATION, "signature": 7}, "signature"),
        ("reservations", {**RESERVATION, "signature": "ｱｱｱｱ"}, "signature"),
        ("reservations", {**RESERVATION, "signature": b64(bytes(1025))}, "signature"),
        ("reservations", {**RESERVATION, "proof_certificate": b64(bytes(8193))}, "proof_certificate"),
        ("reservations", {**RESERVATION, "face": ""}, "face"),
        ("kiosk-sessions", {**SESSION, "kiosk": ""}, "kiosk"),
        ("kiosk-sessions", {**SESSION, "kiosk": "k" * 65}, "kiosk"),
        ("kiosk-sessions", {**SESSION, "kiosk": "a\nb"}, "kiosk"),
        ("kiosk-sessions", {**SESSION, "reset_state": "0"}, "reset_state"),
        ("kiosk-sessions", {**SESSION, "reset_state": "00 00"}, "reset_state"),
        ("kiosk-sessions/x/relay", {**RELAY, "step": -1}, "step"),
        ("kiosk-sessions/x/relay", {**RELAY, "step": 16}, "step"),
        ("kiosk-sessions/x/relay", {**RELAY, "step": "0"}, "step"),
        ("kiosk-sessions/x/relay", {**RELAY, "step": True}, "step"),
        ("kiosk-sessions/x/relay", {**RELAY, "response": "00" * 1025}, "response"),
        ("kiosk-sessions/x/end", {"state": "completed"}, "state"),
    ],
)
def test_request_out_of_form_is_refused_by_field_and_never_echoed(
    client: TestClient, path: str, body: object, field: str
) -> None:
    assert refused(post(client, f"/v1/{path}", body, 422)) == ("service.bad-request", {"fields": [field]})


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null", b'"' + b"a" * 1000, b"[" * 5000])
def test_request_that_is_no_json_is_refused(client: TestClient, content: bytes) -> None:
    answer = client.post("/v1/challenges", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert refused(answer.json())[0] == "service.bad-request"


def test_request_that_is_too_large_is_refused(client: TestClient) -> None:
    limit = {"limit": BODY_LIMIT}
    answer = client.post("/v1/challenges", content=b" " * (BODY_LIMIT + 1))
    assert (answer.status_code, refused(answer.json())) == (413, ("service.body-too-large", limit))
    streamed = client.post("/v1/challenges", content=(b" " * 1000 for _ in range(100)))
    assert (streamed.status_code, refused(streamed.json())) == (413, ("service.body-too-large", limit))
    assert client.post("/v1/challenges", content=b" " * BODY_LIMIT).status_code == 422


def test_path_and_method_that_do_not_exist_are_refused(client: TestClient) -> None:
    nowhere, wrong = client.get("/v1/pins"), client.get("/v1/challenges")
    assert (nowhere.status_code, refused(nowhere.json())) == (404, ("service.not-found", {}))
    assert (wrong.status_code, refused(wrong.json())) == (405, ("service.method-not-allowed", {}))
    assert wrong.headers["cache-control"] == "no-store"


def test_unforeseen_failure_tells_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.registry.cards = None  # type: ignore[assignment]
    with TestClient(create_app(desk=bench.desk, practice=False)) as client:
        assert client.get("/health").json()["practice"] is False
        content = reserve(client, status=500)
    assert refused(content) == ("service.internal", {})
    (told,) = [json.loads(entry.getMessage()) for entry in caplog.records if entry.levelname == "ERROR"]
    assert told.pop("place").startswith("reset/evidence.py:")
    assert (told.pop("time")[-6:], len(told.pop("request"))) == ("+09:00", 16)
    assert told == {"level": "error", "event": "unforeseen", "error": "AttributeError"}


def test_damaged_store_is_trouble_of_the_service(client: TestClient, bench: Bench) -> None:
    def rename(before: str, after: str) -> None:
        with bench.store.begin() as records:
            records.connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")  # type: ignore[attr-defined]

    rename("challenges", "lost")
    content = post(client, "/v1/challenges", CHALLENGE, 503)
    rename("lost", "challenges")  # others come to the same server
    assert refused(content) == ("store.damaged", {})


def test_times_are_in_japan(client: TestClient) -> None:
    challenge = post(client, "/v1/challenges", CHALLENGE, 201)
    assert challenge["expires_at"].endswith("+09:00")
    assert parse_time(challenge["expires_at"]) > NOON
