"""Kiosks and counters that are enrolled, and everybody else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.testclient import TestClient

from kaijo.facts.terminals import enrolment_code_life, signature_window
from kaijo.reset.records import Place
from kaijo.reset.states import ReservationState
from kaijo.reset.terminals import enrol, join, join_message, revoke, standing
from kaijo.service.api import create_app
from kaijo.terminals.identity import HEADER
from tests.reset.bench import Bench, code_of

from .terminals import SigningClient, enrolled
from .wire import b64, open_session, post, prove, relay, reserve, reset

TICK = timedelta(microseconds=1)
WALK = ["open", "proof", *["relay"] * 5, "receipt", "end"]


@pytest.fixture
def closed(bench: Bench) -> Iterator[SigningClient]:
    """Give an enrolled kiosk in front of a service that answers no other."""
    app = create_app(desk=bench.desk, practice=True, terminals_required=True)
    with SigningClient(app, enrolled(bench)) as client:
        yield client


def walk(client: TestClient, bench: Bench) -> dict[str, Any]:
    """Go the whole way at the kiosk."""
    opened = open_session(client)
    relay(client, bench, opened, prove(client, opened))
    session = f"/v1/kiosk-sessions/{opened['session_id']}"
    done = post(client, f"{session}/receipt", {"receipt": reset(bench).hex()}, 200)
    post(client, f"{session}/end", {}, 200)
    return done


def test_walk_of_an_enrolled_kiosk_has_the_name_that_the_operator_gave(bench: Bench, closed: SigningClient) -> None:
    reserve(closed)
    assert walk(closed, bench)["kind"] == "signature"
    with bench.store.begin() as records:
        seen = records.figures(bench.clock.now().date(), bench.clock.now().date(), bench.clock.now()).terminals
    assert [one.name for one in seen] == ["kiosk 7"]
    assert [(one.state, one.seen_at) for one in standing(bench.desk)] == [("known", bench.clock.now())]


def test_every_message_said_a_second_time_is_refused_and_changes_nothing(bench: Bench, closed: SigningClient) -> None:
    reserve(closed)
    closed.said.clear()
    walk(closed, bench)
    assert len(closed.said) == len(WALK)
    before = bench.reservations()
    for spoken in reversed(closed.said):
        answer = closed.again(spoken)
        assert (answer.status_code, answer.json()["code"]) == (401, "terminal.replayed")
    assert bench.reservations() == before
    assert bench.image.administration.reset_number == 1


@pytest.mark.parametrize("late", [signature_window() + TICK, -signature_window() - TICK, timedelta(days=400)])
def test_message_out_of_its_time_is_refused_with_the_time_and_changes_nothing(
    bench: Bench, closed: SigningClient, late: timedelta
) -> None:
    reserve(closed)
    bench.clock.advance(late)
    closed.identity.behind = -late
    refused = open_session(closed, 401)
    assert (refused["code"], refused["data"]) == ("terminal.clock", {"now": bench.clock.now().isoformat()})
    assert [row.state for row in bench.reservations()] == [ReservationState.LIVE]


def test_message_within_its_time_counts(closed: SigningClient) -> None:
    reserve(closed)
    closed.identity.behind = -signature_window()
    assert open_session(closed)["kind"] == "signature"


@pytest.mark.parametrize("point", range(1, len(WALK)))
def test_message_of_a_walk_that_is_dropped_and_said_anew_ends_in_one_reset(
    bench: Bench, closed: SigningClient, point: int
) -> None:
    # Said anew: the terminal signs again, since it cannot know whether the first one came through.
    reserve(closed)
    closed.said.clear()
    once = SigningClient.post

    def twice(url: Any, *, json: Any = None, **more: Any) -> Any:
        first = once(closed, url, json=json, **more)
        return once(closed, url, json=json, **more) if len(closed.said) == point + 1 else first

    closed.post = twice  # type: ignore[method-assign]
    assert walk(closed, bench)["kind"] == "signature"
    assert bench.image.administration.reset_number == 1
    assert [row.state for row in bench.reservations()] == [ReservationState.USED]


@pytest.mark.parametrize("point", range(len(WALK) - 1))
def test_terminal_revoked_in_the_middle_is_refused_at_once_and_the_reservation_survives(
    bench: Bench, closed: SigningClient, point: int
) -> None:
    reserve(closed)
    closed.said.clear()
    once = SigningClient.post

    def revoked_then(url: Any, *, json: Any = None, **more: Any) -> Any:
        if len(closed.said) == point:
            revoke(bench.desk, name="kiosk 7")
        answer = once(closed, url, json=json, **more)
        if answer.status_code == 401:
            raise ConnectionAbortedError(answer.json()["code"])
        return answer

    closed.post = revoked_then  # type: ignore[method-assign]
    with pytest.raises(ConnectionAbortedError, match=r"terminal\.revoked"):
        walk(closed, bench)
    # The holder goes to another kiosk, once the visit has lapsed; what the card did meanwhile counts.
    bench.clock.advance(timedelta(minutes=10))
    app = create_app(desk=bench.desk, practice=True, terminals_required=True)
    with SigningClient(app, enrolled(bench, "kiosk 8")) as other:
        if bench.image.administration.reset_number:
            assert open_session(other, 409, bench.reset_state().encode())["code"] == "reset.already-done"
        else:
            assert walk(other, bench)["kind"] == "signature"
    assert bench.image.administration.reset_number == 1


def test_whoever_signs_nothing_is_answered_at_no_endpoint_of_kiosk_and_counter(bench: Bench) -> None:
    app = create_app(desk=bench.desk, practice=True, terminals_required=True)
    guarded = set()
    with TestClient(app) as stranger:
        for path, methods in app.openapi()["paths"].items():
            if not path.startswith(("/v1/kiosk-sessions", "/v1/counter", "/v1/operations", "/v1/terminals/")):
                continue
            for method in methods:
                answer = stranger.request(method, path, json={})
                assert (answer.status_code, answer.json()["code"]) == (401, "terminal.required"), path
                guarded.add(path)
    assert {"/v1/kiosk-sessions/{session_id}/relay", "/v1/counter/sign-ins", "/v1/operations"} < guarded


@pytest.mark.parametrize("part", ["terminal", "at", "number", "signature", "body", "path", "method", "bearer"])
def test_any_other_part_than_the_signed_one_is_refused(bench: Bench, closed: SigningClient, part: str) -> None:
    reserve(closed)
    opened = open_session(closed)
    closed.said.clear()
    prove(closed, opened, 200)
    spoken = closed.said[-1]
    other = enrolled(bench, "kiosk 8")
    header = spoken.headers[HEADER.lower()]
    changed = {
        "terminal": header.replace(closed.identity.id, other.id),
        "at": header.replace("T12:00:00", "T12:00:01"),
        "number": re.sub("number=[0-9a-f]{32}", "number=" + "0" * 32, header),
        "signature": header[:-5] + ("A" if header[-5] != "A" else "B") + header[-4:],
    }
    headers = {**spoken.headers, HEADER.lower(): changed.get(part, header)}
    headers |= {"authorization": "Bearer other"} if part == "bearer" else {}
    path = spoken.path.replace("/proof", "/end") if part == "path" else spoken.path
    body = b"{}" if part == "body" else spoken.body
    answer = closed.request("GET" if part == "method" else "POST", path, headers=headers, content=body)
    assert (answer.status_code, answer.json()["code"]) in {
        (401, "terminal.unknown"),
        (405, "service.method-not-allowed"),
    }


def test_kiosk_is_no_counter_and_counter_no_kiosk(bench: Bench, closed: SigningClient) -> None:
    assert post(closed, "/v1/counter/tickets", {}, 401)["code"] == "terminal.wrong-place"
    closed.identity = enrolled(bench, "window 1", Place.COUNTER)
    assert post(closed, "/v1/counter/tickets", {}, 201)["number"] == 1
    assert open_session(closed, 401)["code"] == "terminal.wrong-place"


def test_stolen_database_lets_nobody_in(bench: Bench, closed: SigningClient) -> None:
    reserve(closed)
    _, code = enrol(bench.desk, name="kiosk 9", place=Place.KIOSK)
    with bench.store.begin() as records:
        rows = records.terminals()
    known = next(row for row in rows if row.name == "kiosk 7")
    # The thief has every row: the public key and the keyed name of the code are no key and no code.
    stolen = next(row for row in rows if row.name == "kiosk 9").code
    assert code.replace("-", "") not in stolen
    own = Ed25519PrivateKey.generate()
    public = own.public_key().public_bytes_raw()
    signature = own.sign(join_message(stolen[:32], public))
    assert (
        code_of(lambda: join(bench.desk, code=stolen[:32], public_key=public, signature=signature))
        == "terminal.bad-code"
    )
    closed.identity.key = own
    closed.identity.id = known.id
    assert open_session(closed, 401)["code"] == "terminal.unknown"


def test_code_works_once_for_one_key_until_it_lapses(bench: Bench) -> None:
    _, code = enrol(bench.desk, name="kiosk 1", place=Place.KIOSK)
    keys = [Ed25519PrivateKey.generate() for _ in range(2)]

    def come(key: Ed25519PrivateKey, typed: str = code) -> str:
        public = key.public_key().public_bytes_raw()
        signature = key.sign(join_message(typed, public))
        return code_of(lambda: join(bench.desk, code=typed, public_key=public, signature=signature))

    bench.clock.advance(enrolment_code_life())
    assert come(keys[0]) == "terminal.bad-code"
    bench.clock.advance(-TICK)
    assert come(keys[0], code.lower().replace("0", "o").replace("1", "l")) == ""
    assert come(keys[0]) == ""  # the answer was lost: the same key may ask again
    assert come(keys[1]) == "terminal.bad-code"
    assert code_of(lambda: enrol(bench.desk, name="kiosk 1", place=Place.KIOSK)) == "terminal.name-taken"
    revoke(bench.desk, name="kiosk 1")
    assert come(keys[0]) == "terminal.bad-code"
    assert code_of(lambda: revoke(bench.desk, name="kiosk 1")) == "terminal.none"
    enrol(bench.desk, name="kiosk 1", place=Place.KIOSK)
    enrol(bench.desk, name="kiosk 1", place=Place.KIOSK)
    assert sorted(one.state for one in standing(bench.desk)) == ["expected", "revoked", "revoked"]
    assert code_of(lambda: enrol(bench.desk, name="名前", place=Place.KIOSK)) == "terminal.bad-name"


def test_joining_over_the_wire_needs_the_key_it_names(bench: Bench, closed: SigningClient) -> None:
    _, code = enrol(bench.desk, name="kiosk 9", place=Place.KIOSK)
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    body = {"code": code, "public_key": b64(public), "signature": b64(other.sign(join_message(code, public)))}
    with TestClient(closed.app) as stranger:
        assert post(stranger, "/v1/terminals", body, 401)["code"] == "terminal.unknown"
        body["signature"] = b64(key.sign(join_message(code, public)))
        joined = post(stranger, "/v1/terminals", body, 201)
    assert (joined["name"], joined["place"]) == ("kiosk 9", "kiosk")


def test_stranger_does_not_learn_which_terminals_there_are(closed: SigningClient) -> None:
    known = closed.identity.id
    closed.identity.key = Ed25519PrivateKey.generate()
    answers = []
    for name in (known, "0" * 32):
        closed.identity.id = name
        answers.append(open_session(closed, 401))
    assert answers[0] == answers[1]


def test_numbers_used_are_forgotten_when_they_can_no_longer_be_replayed(bench: Bench, closed: SigningClient) -> None:
    reserve(closed)
    now = bench.clock.now()
    with bench.store.begin() as records:
        known = records.terminals()[0]
        for minutes in range(5):
            at = now + timedelta(minutes=minutes)
            assert records.use_number(known, f"{minutes:032x}", at, at - 2 * signature_window())
        assert not records.use_number(known, f"{2:032x}", now, now - 2 * signature_window())
        assert records.use_number(known, f"{1:032x}", now, now - 2 * signature_window())
