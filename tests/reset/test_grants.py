from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.card.administration import Receipt, ResetState
from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind
from kaijo.reset.grants import relay_step, take_receipt
from kaijo.reset.relay import first_command
from kaijo.reset.states import GrantOutcome, ReservationState, SessionState
from kaijo.virtualcard.card import VirtualCard

from .bench import AUTHENTICATION, LIFE, OTHER_ID, SIGNATURE, Bench, code_of, image


@pytest.mark.parametrize("kind", [SIGNATURE, AUTHENTICATION])
def test_walk_ends_with_one_reset_and_a_used_reservation(bench: Bench, kind: PinKind) -> None:
    made = bench.reserve(kind)
    opened = bench.grant()
    receipt = bench.reset(kind)
    used = bench.finish(opened, receipt)
    assert (used.id, used.state, used.used_at) == (made.id, ReservationState.USED, bench.clock.now())
    assert bench.image.administration.reset_number == 1
    with bench.store.begin() as records:
        grants = records.grants(bench.pseudonym, made.id)
    assert [(grant.reset_number, grant.outcome, grant.kind) for grant in grants] == [(0, GrantOutcome.USED, kind)]


def test_relay_step_repeated_gives_the_same_answer_at_every_step(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    command: bytes | None = first_command()
    for step in range(5):
        assert command is not None
        response = bench.card.transmit(command)
        answers = [relay_step(bench.desk, session_id=opened.session.id, step=step, response=response) for _ in range(3)]
        assert answers[0] == answers[1] == answers[2]
        assert answers[0].step == step + 1
        command = answers[0].command
    assert command is None
    bench.finish(opened, bench.reset())


def test_relay_step_with_another_answer_to_an_old_step_is_out_of_step(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    bench.relay(opened.session.id, until=2)
    for step, response in ((0, b"\x6a\x82"), (3, b"\x90\x00"), (15, b"\x90\x00")):
        with pytest.raises(Refused) as refusal:
            relay_step(bench.desk, session_id=opened.session.id, step=step, response=response)
        assert (refusal.value.code, refusal.value.data) == ("reset.out-of-step", {"step": 2})


def test_relay_step_before_the_proof_is_refused(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    assert code_of(lambda: bench.relay(opened.session.id)) == "reset.proof-missing"


def test_relay_step_at_the_end_of_the_session_is_refused_and_gives_no_grant(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    bench.relay(opened.session.id, until=3)
    bench.clock.advance(opened.session.expires_at - bench.clock.now())
    assert code_of(lambda: relay_step(bench.desk, session_id=opened.session.id, step=3, response=b"\x90\x00")) == (
        "reset.session-over"
    )
    with bench.store.begin() as records:
        assert records.grants(bench.pseudonym, made.id) == ()


def test_relay_with_another_persons_card_is_refused_and_gives_the_reservation_back(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    other = VirtualCard(image(OTHER_ID), place="bench")
    assert code_of(lambda: bench.relay(opened.session.id, card=other)) == "reset.other-card"
    assert bench.row(made).state is ReservationState.LIVE
    bench.finish(bench.grant(), bench.reset())


def test_relay_with_a_card_that_lies_about_its_id_is_refused(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    liar = image(OTHER_ID)
    liar.administration.card_id = bench.image.administration.card_id
    card = VirtualCard(liar, place="bench")
    assert code_of(lambda: bench.relay(opened.session.id, card=card)) == "reset.other-card"


def test_relay_failure_repeated_gives_the_same_refusal(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    for _ in range(3):
        with pytest.raises(Refused) as refusal:
            relay_step(bench.desk, session_id=opened.session.id, step=0, response=b"\x6a\x82")
        assert (refusal.value.code, refusal.value.data) == ("reset.card-refused", {"sw": "6A82"})
    with bench.store.begin() as records:
        session = records.find_session(bench.pseudonym, opened.session.id)
    assert session is not None
    assert session.state is SessionState.ENDED


@pytest.mark.parametrize("step", [3, 4])
def test_relay_with_a_flipped_bit_in_the_channel_ends_the_session(bench: Bench, step: int) -> None:
    made = bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    command = bench.relay(opened.session.id, until=step)
    assert command is not None
    answer = bytearray(bench.card.transmit(command))
    answer[0] ^= 1
    with pytest.raises(CardTrouble) as trouble:
        relay_step(bench.desk, session_id=opened.session.id, step=step, response=bytes(answer))
    assert trouble.value.code == "channel.bad-mac"
    assert bench.row(made).state is ReservationState.LIVE


def test_intent_is_written_before_the_grant_leaves(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    command = bench.relay(opened.session.id, until=3)
    with bench.store.begin() as records:
        assert records.grants(bench.pseudonym, made.id) == ()
    assert command is not None
    response = bench.card.transmit(command)
    command = relay_step(bench.desk, session_id=opened.session.id, step=3, response=response).command
    with bench.store.begin() as records:
        (grant,) = records.grants(bench.pseudonym, made.id)
    assert (grant.session, grant.outcome, grant.reset_number) == (opened.session.id, GrantOutcome.INTENDED, 0)
    assert command is not None


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
