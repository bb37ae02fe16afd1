from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.card.administration import Grant, Receipt, ResetState
from kaijo.errors import Refused
from kaijo.reset.grants import take_receipt
from kaijo.reset.states import GrantOutcome, ReservationState, SessionState

from .bench import AUTHENTICATION, LIFE, OTHER_ID, SIGNATURE, Bench, code_of


def test_take_receipt_repeated_gives_the_same_time(bench: Bench) -> None:
    bench.reserve()
    opened = bench.grant()
    receipt = bench.reset()
    first = bench.finish(opened, receipt)
    bench.clock.advance(timedelta(minutes=1))
    assert bench.finish(opened, receipt) == first


def test_take_receipt_after_the_reservation_expired_still_counts(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.grant()
    receipt = bench.reset()
    bench.clock.advance(LIFE + timedelta(days=30))
    assert bench.finish(opened, receipt).state is ReservationState.USED
    assert bench.row(made).used_at == bench.clock.now()


def test_take_receipt_after_the_session_ended_still_counts(bench: Bench) -> None:
    bench.reserve()
    opened = bench.grant()
    receipt = bench.reset()
    assert bench.end(opened).state is SessionState.ENDED
    assert bench.finish(opened, receipt).state is ReservationState.USED
    assert bench.end(opened).state is SessionState.COMPLETED


def test_take_receipt_of_a_replaced_reservation_uses_that_one_alone(bench: Bench) -> None:
    old = bench.reserve()
    opened = bench.grant()
    receipt = bench.reset()
    bench.end(opened)
    bench.clock.advance(timedelta(minutes=1))
    new = bench.reserve()
    bench.finish(opened, receipt)
    assert (bench.row(old).state, bench.row(new).state) == (ReservationState.USED, ReservationState.LIVE)


def test_take_receipt_forged_or_foreign_changes_nothing(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.grant()
    good = bench.reset()
    number = good.grant.reset_number
    forged = [
        Receipt(good.grant, bytes(16)),
        Receipt(replace(good.grant, reset_number=number + 1), good.mac),
        Receipt(replace(good.grant, kind=AUTHENTICATION), good.mac),
        Receipt(replace(good.grant, reservation=bytes(16)), good.mac),
    ]
    for grant in (
        replace(good.grant, reset_number=number + 1),
        replace(good.grant, reset_number=0),
        replace(good.grant, kind=AUTHENTICATION),
        replace(good.grant, reservation=bytes(16)),
    ):
        message = Receipt(grant, b"").message()
        forged.append(Receipt(grant, bench.desk.keys.receipt_mac(b"KAIJO00001", message)))
    forged.append(Receipt(good.grant, bench.desk.keys.receipt_mac(OTHER_ID, good.message())))
    before = bench.row(made)
    for receipt in forged:
        assert code_of(lambda receipt=receipt: bench.finish(opened, receipt)) == "reset.bad-receipt"  # type: ignore[misc]
        assert bench.row(made) == before


def test_take_receipt_without_a_session_is_refused(bench: Bench) -> None:
    bench.reserve()
    opened = bench.grant()
    receipt = bench.reset()
    for session_id in ("", "x", opened.session.id[:-1], bench.pseudonym):
        refusal = code_of(
            lambda session_id=session_id: take_receipt(bench.desk, session_id=session_id, receipt=receipt)  # type: ignore[misc]
        )
        assert refusal == "reset.unknown-session"


def test_after_a_cut_the_receipt_in_the_channel_settles_the_reset(bench: Bench) -> None:
    made = bench.reserve()
    bench.grant()
    bench.reset()
    bench.card.power_cycle()
    bench.clock.advance(timedelta(hours=1))
    opened = bench.open()
    bench.prove(opened)
    acts: list[Callable[[], object]] = [
        lambda: bench.relay(opened.session.id),
        lambda: bench.repeat(opened.session.id, 3),
    ]
    for act in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert (refusal.value.code, refusal.value.data) == (
            "reset.already-done",
            {"done_at": bench.clock.now(), "kind": SIGNATURE},
        )
    assert bench.row(made).state is ReservationState.USED
    assert bench.image.administration.reset_number == 1


def test_after_a_cut_the_receipt_in_clear_settles_the_reset(bench: Bench) -> None:
    made = bench.reserve()
    bench.grant()
    bench.reset()
    bench.clock.advance(timedelta(hours=1))
    state = bench.reset_state()
    assert code_of(lambda: bench.open(reset_state=state)) == "reset.already-done"
    assert bench.row(made).state is ReservationState.USED


def test_after_a_cut_a_forged_state_settles_nothing(bench: Bench) -> None:
    made = bench.reserve()
    bench.grant()
    state = bench.reset_state()
    receipt = bench.reset()
    bench.clock.advance(timedelta(hours=1))
    opened = bench.open(reset_state=replace(state, last=Receipt(receipt.grant, bytes(16))))
    assert bench.row(made).state is ReservationState.HELD
    assert opened.reservation.id == made.id


def test_after_a_cut_without_a_reset_the_reservation_is_granted_again(bench: Bench) -> None:
    made = bench.reserve()
    first = bench.grant()
    bench.card.power_cycle()
    bench.end(first)
    again = bench.grant()
    assert bench.finish(again, bench.reset()).id == made.id
    with bench.store.begin() as records:
        outcomes = {grant.session: grant.outcome for grant in records.grants(bench.pseudonym, made.id)}
    assert outcomes == {first.session.id: GrantOutcome.GRANTED, again.session.id: GrantOutcome.USED}


def test_a_lost_receipt_is_settled_before_the_card_resets_for_another_reservation(bench: Bench) -> None:
    first = bench.reserve(SIGNATURE)
    opened = bench.grant()
    bench.reset()
    bench.end(opened)
    bench.clock.advance(timedelta(minutes=1))
    second = bench.reserve(AUTHENTICATION)
    opened = bench.grant()
    assert bench.row(first).state is ReservationState.USED
    assert bench.finish(opened, bench.reset(AUTHENTICATION)).id == second.id
    assert bench.image.administration.reset_number == 2


def test_reset_state_that_never_saw_a_reset_settles_nothing(bench: Bench) -> None:
    made = bench.reserve()
    assert bench.open(reset_state=ResetState(5, None)).reservation == made


def test_a_receipt_in_the_channel_that_the_card_did_not_make_settles_nothing(bench: Bench) -> None:
    made = bench.reserve()
    first = bench.grant()
    bench.end(first)
    done = Grant(SIGNATURE, made.id, 1)
    bench.image.administration.last_receipt = Receipt(done, bytes(16))
    assert bench.grant().reservation == made
    assert bench.row(made).state is ReservationState.HELD
