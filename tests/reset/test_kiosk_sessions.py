from datetime import timedelta

import pytest

from kaijo.errors import Refused
from kaijo.facts.hours import kiosk_hours
from kaijo.facts.lifetimes import kiosk_session_life
from kaijo.facts.pins import PinKind
from kaijo.reset.kiosk_sessions import accept_proof, end_session, open_session
from kaijo.reset.states import ReservationState, SessionState

from .bench import AUTHENTICATION, LIFE, NOON, SIGNATURE, Bench, code_of, record, sign

TICK = timedelta(microseconds=1)


def test_open_session_without_a_reservation_is_refused(bench: Bench) -> None:
    assert code_of(bench.open) == "reset.no-reservation"


def test_open_session_finds_the_reservation_by_the_card(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.open()
    assert (opened.reservation, opened.session.state) == (made, SessionState.OPENED)
    assert opened.session.expires_at == bench.clock.now() + kiosk_session_life()
    assert opened.session.id.startswith(bench.pseudonym + ".")


def test_open_session_takes_the_newest_of_two_kinds_first(bench: Bench) -> None:
    bench.reserve(SIGNATURE)
    bench.clock.advance(TICK)
    newest = bench.reserve(AUTHENTICATION)
    opened = bench.grant()
    assert opened.reservation.id == newest.id
    bench.finish(opened, bench.reset(AUTHENTICATION))
    assert bench.open().session.kind is SIGNATURE


def test_reservation_ends_exactly_after_a_day(bench: Bench) -> None:
    made = bench.reserve()
    bench.clock.advance(LIFE - TICK)
    assert bench.open().session.expires_at == made.expires_at
    bench.clock.advance(TICK)
    with pytest.raises(Refused) as refusal:
        bench.open()
    assert refusal.value.diagnostics() == {
        "code": "reset.reservation-expired",
        "data": {"expired_at": made.expires_at.isoformat()},
    }
    assert bench.row(made).state is ReservationState.EXPIRED


def test_session_ends_with_its_reservation(bench: Bench) -> None:
    bench.reserve()
    bench.clock.advance(LIFE - TICK)
    opened = bench.open()
    bench.prove(opened)
    bench.clock.advance(TICK)
    assert code_of(lambda: bench.relay(opened.session.id)) == "reset.session-over"


def test_long_gone_reservations_are_no_news(bench: Bench) -> None:
    bench.reserve()
    bench.clock.advance(2 * LIFE)
    assert code_of(bench.open) == "reset.no-reservation"
    bench.reserve()
    bench.finish(bench.grant(), bench.reset())
    assert code_of(bench.open) == "reset.already-done"
    bench.clock.advance(LIFE)
    assert code_of(bench.open) == "reset.no-reservation"


@pytest.mark.parametrize("hour", [0, 6, 23])
def test_open_session_outside_the_hours_says_when_to_come_back(bench: Bench, hour: int) -> None:
    bench.reserve()
    bench.clock.advance(NOON.replace(hour=hour) - NOON)
    with pytest.raises(Refused) as refusal:
        bench.open()
    assert refusal.value.code == "reset.kiosk-closed"
    assert refusal.value.data == {"opens_at": kiosk_hours().next_opening(bench.clock.now())}


def test_open_session_on_a_day_off_says_when_to_come_back(bench: Bench) -> None:
    bench.clock.advance(NOON.replace(month=12, day=31) - bench.clock.now())
    with pytest.raises(Refused) as refusal:
        bench.open()
    opens_at = NOON.replace(year=2028, month=1, day=4, hour=6, minute=30)
    assert (refusal.value.code, refusal.value.data) == ("reset.kiosk-closed", {"opens_at": opens_at})


def test_open_session_checks_the_certificates_again(bench: Bench) -> None:
    bench.reserve()
    bench.change_card(signature=None)
    assert code_of(bench.open) == "reset.no-signature-certificate"


@pytest.mark.parametrize("kind", [SIGNATURE, AUTHENTICATION])
def test_accept_proof_holds_the_reservation_for_this_session(bench: Bench, kind: PinKind) -> None:
    made = bench.reserve(kind)
    opened = bench.open()
    session = bench.prove(opened)
    assert session == bench.prove(opened)
    assert session.state is SessionState.RELAYING
    held = bench.row(made)
    assert (held.state, held.holder, held.held_until) == (
        ReservationState.HELD,
        opened.session.id,
        opened.session.expires_at,
    )


def test_accept_proof_with_a_wrong_proof_is_refused_and_holds_nothing(bench: Bench) -> None:
    made = bench.reserve()
    opened, other = bench.open(), bench.open()
    attempts = [
        (b"s1", sign("s1", opened.message), "reset.unknown-proof"),
        (b"a2", sign("a2", opened.message), "reset.unknown-proof"),
        (b"a1", sign("a1", other.message), "reset.bad-proof"),
        (b"a1", b"", "reset.bad-proof"),
    ]
    for certificate, signature, code in attempts:
        with pytest.raises(Refused) as refusal:
            accept_proof(bench.desk, session_id=opened.session.id, proof_certificate=certificate, signature=signature)
        assert refusal.value.code == code
    assert bench.row(made) == made


def test_accept_proof_checks_trust_again(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    del bench.trust.names[b"a1"]
    assert code_of(lambda: bench.prove(opened)) == "trust.unknown-issuer"


def test_second_kiosk_waits_for_the_first(bench: Bench) -> None:
    bench.reserve()
    first, second = bench.open(), bench.open()
    bench.prove(first)
    for act in (bench.open, lambda: bench.prove(second)):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.diagnostics() == {
            "code": "reset.in-use",
            "data": {"until": first.session.expires_at.isoformat()},
        }
    bench.end(first)
    assert bench.prove(second).state is SessionState.RELAYING
    assert code_of(lambda: bench.relay(first.session.id)) == "reset.session-over"


def test_second_kiosk_takes_over_when_the_time_of_the_first_is_up(bench: Bench) -> None:
    bench.reserve()
    first = bench.open()
    bench.prove(first)
    bench.clock.advance(kiosk_session_life() - TICK)
    assert code_of(bench.open) == "reset.in-use"
    bench.clock.advance(TICK)
    second = bench.grant()
    assert code_of(lambda: bench.prove(first)) == "reset.session-over"
    assert bench.end(first).state is SessionState.ENDED
    assert bench.finish(second, bench.reset()).state is ReservationState.USED


def test_session_of_a_replaced_reservation_is_over(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.reserve()
    assert code_of(lambda: bench.prove(opened)) == "reset.session-over"


def test_end_session_gives_the_reservation_back_at_once(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.grant()
    assert [bench.end(opened).state for _ in range(2)] == [SessionState.ENDED, SessionState.ENDED]
    assert bench.row(made) == made


def test_end_session_after_the_reset_stays_completed(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.grant()
    bench.finish(opened, bench.reset())
    assert bench.end(opened).state is SessionState.COMPLETED
    assert bench.row(made).state is ReservationState.USED
    assert code_of(lambda: bench.prove(opened)) == "reset.already-done"


def test_end_session_that_is_unknown_is_refused(bench: Bench) -> None:
    assert code_of(lambda: end_session(bench.desk, session_id="nobody.nothing")) == "reset.unknown-session"


def test_open_session_for_a_card_with_another_certificate_is_refused(bench: Bench) -> None:
    bench.change_card(authentication=record(b"new"))
    assert (
        code_of(lambda: open_session(bench.desk, kiosk="k", authentication_certificate=b"a1", reset_state=None))
        == "reset.unknown-card"
    )
