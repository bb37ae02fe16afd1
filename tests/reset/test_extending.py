"""A session goes on while somebody is there: bounded, for its holder alone, and never at another's cost."""

from datetime import timedelta

import pytest

from kaijo.errors import Refused
from kaijo.facts.lifetimes import kiosk_session_life, kiosk_session_most
from kaijo.reset.extending import extend_session
from kaijo.reset.kiosk_sessions import end_session
from kaijo.reset.records import TerminalSession
from kaijo.reset.states import ReservationState

from .bench import LIFE, SIGNATURE, Bench, code_of

STEP = kiosk_session_life() - timedelta(seconds=1)


def extend(bench: Bench, session_id: str) -> TerminalSession:
    return extend_session(bench.desk, session_id=session_id)


def test_session_is_extended_to_a_whole_life_and_its_reservation_is_held_as_long(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    bench.clock.advance(STEP)
    extended = extend(bench, opened.session.id)
    assert extended.expires_at == bench.clock.now() + kiosk_session_life()
    assert (bench.row(made).holder, bench.row(made).held_until) == (opened.session.id, extended.expires_at)
    bench.clock.advance(STEP)
    assert code_of(bench.open) == "reset.in-use"
    assert bench.relay(opened.session.id) is None
    bench.finish(opened, bench.reset(SIGNATURE))
    assert bench.row(made).state is ReservationState.USED


def test_session_is_never_extended_beyond_the_most(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    extended = opened.session
    for _ in range(kiosk_session_most() // STEP):
        bench.clock.advance(STEP)
        extended = extend(bench, opened.session.id)
    assert extended.expires_at == opened.session.opened_at + kiosk_session_most()
    assert extend(bench, opened.session.id) == extended
    bench.clock.advance(extended.expires_at - bench.clock.now())
    assert code_of(lambda: extend(bench, opened.session.id)) == "reset.session-over"
    assert bench.open().session.id != opened.session.id


def test_session_is_never_extended_beyond_its_reservation(bench: Bench) -> None:
    made = bench.reserve()
    bench.clock.advance(LIFE - STEP - timedelta(seconds=9))
    opened = bench.open()
    bench.prove(opened)
    bench.clock.advance(STEP)
    assert extend(bench, opened.session.id).expires_at == made.expires_at


def test_session_without_a_proof_is_not_extended(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    assert code_of(lambda: extend(bench, opened.session.id)) == "reset.proof-missing"
    assert code_of(lambda: extend(bench, "nobody.0")) == "reset.unknown-session"


@pytest.mark.parametrize("ended", [True, False])
def test_session_that_lost_its_reservation_does_not_get_it_back(bench: Bench, *, ended: bool) -> None:
    made = bench.reserve()
    first = bench.open()
    bench.prove(first)
    if ended:
        end_session(bench.desk, session_id=first.session.id)
    else:
        bench.clock.advance(kiosk_session_life())
    second = bench.open(kiosk="kiosk 2")
    bench.prove(second)
    with pytest.raises(Refused) as refused:
        extend(bench, first.session.id)
    assert refused.value.code == "reset.session-over"
    assert bench.row(made).holder == second.session.id


def test_session_whose_card_has_the_grant_stays_as_it_is(bench: Bench) -> None:
    bench.reserve()
    opened = bench.grant()
    bench.clock.advance(STEP)
    assert extend(bench, opened.session.id).expires_at == opened.session.expires_at
