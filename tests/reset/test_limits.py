"""How often somebody may begin: whose tries they are, and when they come back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.errors import Refused
from kaijo.facts.face import Limit
from kaijo.facts.limits import device_begin_limits, reservation_limits
from kaijo.reset.limits import Marks, begin_at_device, spend
from kaijo.reset.reservations import make_reservation
from kaijo.service.store.database import SqlStore

from .bench import NOON, SIGNATURE, Bench, code_of

TICK = timedelta(microseconds=1)
LIMITS = (Limit(3, timedelta(minutes=9)), Limit(5, timedelta(hours=1)))


@pytest.fixture
def limited() -> Bench:
    bench = Bench(store=SqlStore(None))
    bench.desk = replace(bench.desk, limited=True)
    return bench


def until(act: object) -> datetime:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    retry_at = refused.value.data["retry_at"]
    assert isinstance(retry_at, datetime)
    return retry_at


def test_burst_passes_and_then_one_at_a_time() -> None:
    marks: Marks = {}
    for _ in range(3):
        marks, wait = spend(LIMITS, marks, NOON)
        assert wait is None
    marks, wait = spend(LIMITS, marks, NOON)
    assert wait == NOON + timedelta(minutes=3)
    assert spend(LIMITS, marks, wait - TICK)[1] == wait
    assert spend(LIMITS, marks, wait)[1] is None


@given(st.lists(st.integers(0, 3_600), min_size=1, max_size=40))
def test_no_window_lets_more_through_than_twice_its_number_and_the_told_moment_is_true(gaps: list[int]) -> None:
    marks: Marks = {}
    now, passed = NOON, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        before = marks
        marks, wait = spend(LIMITS, marks, now)
        if wait is None:
            passed.append(now)
            continue
        assert marks == before  # a refusal costs nothing
        assert spend(LIMITS, marks, wait)[1] is None
        assert spend(LIMITS, marks, wait - TICK)[1] is not None
    for limit in LIMITS:
        for start in passed:
            assert sum(start <= at < start + limit.span for at in passed) <= 2 * limit.tries


def test_card_is_refused_after_its_own_reservations_alone_and_told_when(limited: Bench) -> None:
    short = reservation_limits()[0]
    for _ in range(short.tries):
        limited.reserve()
        limited.clock.advance(timedelta(minutes=1))
    assert until(limited.reserve) == NOON + short.span
    limited.clock.advance(NOON + short.span - limited.clock.now())
    assert limited.reserve().kind is SIGNATURE
    # The reservation that is there stays good, and one that led to a reset counts no more.
    limited.finish(limited.grant(), limited.reset())
    assert limited.reserve().kind is SIGNATURE


def test_stranger_with_the_certificates_uses_up_no_try_of_the_card(limited: Bench) -> None:
    for _ in range(2 * reservation_limits()[0].tries):
        challenge, message = limited.challenge()
        evidence = replace(limited.evidence(SIGNATURE, message), signature=bytes(256))
        refused = code_of(
            lambda: make_reservation(limited.desk, challenge_id=challenge.id, kind=SIGNATURE, evidence=evidence)  # noqa: B023 -- called at once
        )
        assert refused == "reset.bad-proof"
    assert limited.reserve().kind is SIGNATURE


def test_device_at_its_limit_stops_no_other_device(limited: Bench) -> None:
    short = device_begin_limits()[0]
    for _ in range(short.tries):
        begin_at_device(limited.desk, "a" * 32)
    assert until(lambda: begin_at_device(limited.desk, "a" * 32)) == NOON + short.span / short.tries
    begin_at_device(limited.desk, "b" * 32)


def test_marks_that_limit_nobody_are_taken_away(limited: Bench) -> None:
    begin_at_device(limited.desk, "a" * 32)
    limited.clock.advance(device_begin_limits()[1].span)
    limited.desk = replace(limited.desk, randomness=bytes)
    begin_at_device(limited.desk, "b" * 32)
    with limited.store.begin() as records:
        assert records.marks(limited.desk.veil.device(b"limit " + b"a" * 32)) == {}
        assert len(records.marks(limited.desk.veil.device(b"limit " + b"b" * 32))) == 2
