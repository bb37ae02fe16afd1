from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from kaijo.facts.lifetimes import reservation_life
from kaijo.reset.counter.clerks import add_clerk, sign_in
from kaijo.reset.records import Place
from kaijo.reset.terminals import enrol, revoke
from tests.reset.bench import AUTHENTICATION, NOON, SIGNATURE, Bench

from .terminals import SigningClient, enrolled
from .wire import open_session, post, prove, relay, reserve, reset

NOTHING: dict[str, Any] = {
    "made": 0,
    "used": 0,
    "expired": 0,
    "replaced": 0,
    "cancelled": 0,
    "waiting": 0,
}


def figures(client: TestClient, bench: Bench, days: int = 1) -> dict[str, Any]:
    add_clerk(bench.desk, "clerk", "words")
    token = sign_in(bench.desk, clerk_id="clerk", password="words").token
    answer = client.get(f"/v1/operations?days={days}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert isinstance(content, dict)
    return content


def test_empty_service_has_figures_of_nothing(client: TestClient, bench: Bench) -> None:
    assert figures(client, bench, days=2) == {
        "at": NOON.isoformat(),
        "from": "2027-03-14",
        "until": "2027-03-15",
        "reservations": [{"day": "2027-03-14", **NOTHING}, {"day": "2027-03-15", **NOTHING}],
        "completions": {
            "started": 0,
            "completed": 0,
            "under_way": 0,
            "given_up": 0,
            "stopped": {"not-arrived": 0, "proof": 0, "relay": 0, "reset": 0},
        },
        "counter": {
            "cases": 0,
            "asked": 0,
            "done": 0,
            "tickets": {"waiting": 0, "serving": 0, "done": 0},
            "longest_wait_seconds": 0,
        },
        "refusals": [],
        "sessions_open": {"kiosk": 0, "counter": 0},
        "terminals": [],
        "audit": {"size": 0, "signed_at": None, "uncovered": 0, "due": False, "fit": "whole"},
    }


def test_completed_walk_and_one_that_gave_way_are_counted(client: TestClient, bench: Bench) -> None:
    reserve(client)
    reserve(client)
    opened = open_session(client)
    assert figures(client, bench)["sessions_open"] == {"kiosk": 1, "counter": 0}
    relay(client, bench, opened, prove(client, opened))
    post(client, f"/v1/kiosk-sessions/{opened['session_id']}/receipt", {"receipt": reset(bench).hex()}, 200)
    reserve(client, AUTHENTICATION)
    found = figures(client, bench)
    assert found["reservations"] == [
        {"day": "2027-03-15", **NOTHING, "made": 3, "used": 1, "replaced": 1, "waiting": 1}
    ]
    assert found["completions"] == {
        "started": 3,
        "completed": 1,
        "under_way": 1,
        "given_up": 1,
        "stopped": {"not-arrived": 0, "proof": 0, "relay": 0, "reset": 0},
    }
    assert found["sessions_open"] == {"kiosk": 0, "counter": 0}
    assert found["terminals"] == [{"name": "kiosk 1", "place": "kiosk", "enrolled": False, "seen_at": NOON.isoformat()}]


def test_terminals_are_those_enrolled_and_when_each_was_last_heard_of(client: TestClient, bench: Bench) -> None:
    reserve(client)
    open_session(client)
    minute = timedelta(minutes=1)
    enrolled(bench, "kiosk silent")
    enrolled(bench, "kiosk gone")
    revoke(bench.desk, name="kiosk gone")
    enrol(bench.desk, name="kiosk expected", place=Place.KIOSK)
    window = enrolled(bench, "window 1", Place.COUNTER)
    bench.clock.advance(minute)
    with SigningClient(client.app, window) as speaking:
        post(speaking, "/v1/counter/tickets", {}, 201)
    assert figures(client, bench)["terminals"] == [
        {"name": "window 1", "place": "counter", "enrolled": True, "seen_at": (NOON + minute).isoformat()},
        {"name": "kiosk 1", "place": "kiosk", "enrolled": False, "seen_at": NOON.isoformat()},
        {"name": "kiosk silent", "place": "kiosk", "enrolled": True, "seen_at": None},
    ]


@pytest.mark.parametrize("stop", ["not-arrived", "proof", "relay", "reset"])
def test_reservation_that_led_nowhere_says_where_it_stopped(client: TestClient, bench: Bench, stop: str) -> None:
    reserve(client, SIGNATURE)
    if stop != "not-arrived":
        opened = open_session(client)
        if stop != "proof":
            first = prove(client, opened)
            if stop == "reset":
                relay(client, bench, opened, first)
            else:
                response = bench.card.transmit(bytes.fromhex(first["command"]))
                body = {"step": 0, "response": response.hex()}
                post(client, f"/v1/kiosk-sessions/{opened['session_id']}/relay", body, 200)
        post(client, f"/v1/kiosk-sessions/{opened['session_id']}/end", {}, 200)
    bench.clock.advance(reservation_life())
    found = figures(client, bench, days=2)["completions"]
    assert (found["started"], found["completed"], found["under_way"]) == (1, 0, 0)
    assert {name: count for name, count in found["stopped"].items() if count} == {stop: 1}


def test_refusals_are_counted_by_cause_and_of_the_days_asked_for(client: TestClient, bench: Bench) -> None:
    for _ in range(2):
        open_session(client, 409)
    bench.clock.advance(timedelta(hours=12))
    open_session(client, 409)
    assert figures(client, bench, days=2)["refusals"] == [
        {"code": "reset.no-reservation", "count": 2},
        {"code": "reset.kiosk-closed", "count": 1},
    ]
    assert figures(client, bench, days=1)["refusals"] == [{"code": "reset.kiosk-closed", "count": 1}]


def test_day_begins_at_midnight_in_japan(client: TestClient, bench: Bench) -> None:
    bench.clock.advance(timedelta(hours=11, minutes=59))
    reserve(client)
    bench.clock.advance(timedelta(minutes=1))
    reserve(client, AUTHENTICATION)
    made = {one["day"]: one["made"] for one in figures(client, bench, days=2)["reservations"]}
    assert made == {"2027-03-15": 1, "2027-03-16": 1}


@pytest.mark.parametrize("days", [0, 32])
def test_range_is_bounded(client: TestClient, days: int) -> None:
    assert client.get(f"/v1/operations?days={days}").status_code == 422
