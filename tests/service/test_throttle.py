"""The first to see a request: networks, load, and the time to come back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from kaijo.facts.limits import address_share, at_once, network_limits, refusal_rows, terminal_begin_limits
from kaijo.service.api import create_app
from kaijo.service.refusals import Tally
from kaijo.service.throttle import BEGINNINGS, Marked, Throttle
from tests.reset.bench import NOON, Bench

from .terminals import SigningClient, enrolled
from .wire import open_session, prove, relay, reserve

RANGE, SHARE = network_limits()[0], address_share()[0]


@pytest.fixture
def far(bench: Bench) -> Iterator[TestClient]:
    """Give a client behind a proxy, of a service that has limits."""
    bench.desk = replace(bench.desk, limited=True)
    with TestClient(create_app(desk=bench.desk, practice=True, proxied=True)) as client:
        yield client


def ask(client: TestClient, address: str) -> int:
    """Begin from that address; the wrong form of the body costs a try and no row."""
    headers = {"X-Forwarded-For": f"203.0.113.9, {address}"}
    return client.post("/v1/challenges", json={}, headers=headers).status_code


def test_range_that_is_used_up_leaves_every_address_its_share(far: TestClient) -> None:
    assert {ask(far, "198.51.100.1") for _ in range(RANGE.tries)} == {422}
    assert {ask(far, "198.51.100.1") for _ in range(SHARE.tries)} == {422}
    assert ask(far, "198.51.100.1") == 429
    assert {ask(far, "198.51.100.2") for _ in range(SHARE.tries)} == {422}
    assert ask(far, "198.51.100.2") == 429
    assert ask(far, "198.51.101.1") == 422
    assert ask(far, "2001:db8::1") == 422


def test_refusal_tells_the_moment_in_body_and_header(far: TestClient, bench: Bench) -> None:
    while ask(far, "2001:db8::1") == 422:
        pass
    headers = {"X-Forwarded-For": "2001:db8:0:0:ffff::2"}
    answer = far.post("/v1/challenges", json={}, headers=headers)
    body = answer.json()
    retry_at = bench.clock.now() + SHARE.span / SHARE.tries
    assert (answer.status_code, body["code"], body["data"]) == (
        429,
        "limits.network",
        {"retry_at": retry_at.isoformat()},
    )
    assert parsedate_to_datetime(answer.headers["Retry-After"]) == retry_at
    assert "12:01" in body["messages"]["ja"]["remedy"]
    bench.clock.advance(retry_at - bench.clock.now())
    assert ask(far, "2001:db8::1") == 422


def test_what_has_begun_goes_on_from_a_network_that_is_used_up(far: TestClient, bench: Bench) -> None:
    reserve(far)
    far.headers["X-Forwarded-For"] = "198.51.100.1"
    opened = open_session(far)
    while ask(far, "198.51.100.1") == 422:
        pass
    assert relay(far, bench, opened, prove(far, opened))["state"] == "granted"


def test_enrolled_kiosks_of_one_address_have_each_their_own_limit(bench: Bench) -> None:
    bench.desk = replace(bench.desk, limited=True)
    app = create_app(desk=bench.desk, practice=True, terminals_required=True, proxied=True)
    with SigningClient(app, enrolled(bench, "kiosk 1")) as one, SigningClient(app, enrolled(bench, "kiosk 2")) as two:
        reserve(one)
        one.headers["X-Forwarded-For"] = two.headers["X-Forwarded-For"] = "198.51.100.1"
        while ask(TestClient(app), "198.51.100.1") == 422:
            pass
        short = terminal_begin_limits()[0]
        assert {open_session(one)["kind"] for _ in range(short.tries)} == {"signature"}
        refused = open_session(one, 429)
        assert (refused["code"], refused["data"]) == (
            "limits.terminal",
            {"retry_at": (NOON + short.span / short.tries).isoformat()},
        )
        assert open_session(two)["kind"] == "signature"


def test_header_of_a_stranger_without_our_proxy_is_not_believed(bench: Bench) -> None:
    bench.desk = replace(bench.desk, limited=True)
    app = create_app(desk=bench.desk, practice=True)
    with TestClient(app, client=("198.51.100.1", 50000)) as client:
        tries = RANGE.tries + SHARE.tries
        assert {ask(client, f"192.0.2.{number % 250}") for number in range(tries)} == {422}
        assert ask(client, "192.0.2.1") == 429


def test_full_house_keeps_room_for_what_has_begun(bench: Bench) -> None:
    throttle = Throttle(Response(status_code=204), clock=bench.clock, proxied=False)
    client = TestClient(throttle)
    answers = {}
    for in_hand in (at_once().beginning - 1, at_once().beginning, at_once().most - 1, at_once().most):
        throttle._in_hand = in_hand
        paths = ("/v1/challenges", "/v1/kiosk-sessions/x/proof", "/health")
        answers[in_hand] = [client.post(path).status_code for path in paths]
    assert answers == {383: [204] * 3, 384: [429, 204, 204], 511: [429, 204, 204], 512: [429, 429, 204]}
    body = client.post("/v1/challenges").json()
    retry_at = (bench.clock.now() + at_once().wait).isoformat()
    assert (body["code"], body["data"]) == ("limits.busy", {"retry_at": retry_at})


def test_every_beginning_is_a_path_of_the_api(far: TestClient) -> None:
    paths = far.get("/openapi.json").json()["paths"]
    assert [path for path in sorted(BEGINNINGS) if "post" not in paths.get(path, {})] == []


def test_memory_of_subjects_is_bounded() -> None:
    marked = Marked(network_limits(), most=10)
    for number in range(1000):
        marked.spend(str(number), NOON)
    assert len(marked._marks) == 10


def test_flood_of_refusals_writes_so_many_rows_and_a_count(bench: Bench) -> None:
    tally = Tally(bench.clock)
    most = refusal_rows()[0].tries
    assert [tally.take("reset.bad-proof") for _ in range(most)] == [0] * most
    assert [tally.take("reset.bad-proof") for _ in range(7)] == [None] * 7
    assert tally.take("reset.in-use") == 0
    bench.clock.advance(timedelta(minutes=10))
    assert tally.take("reset.bad-proof") == 7
