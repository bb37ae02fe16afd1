from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.errors import CardTrouble, Refused
from kaijo.facts.pins import PinKind
from kaijo.reset.grants import relay_step
from kaijo.reset.relay import first_command
from kaijo.reset.states import GrantOutcome, ReservationState, SessionState
from kaijo.securechannel.keys import SessionKeys
from kaijo.service.cardadmin import KeyFileCardKeys
from kaijo.virtualcard.card import VirtualCard

from .bench import AUTHENTICATION, MASTER, OTHER_ID, SIGNATURE, Bench, code_of, image


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


@pytest.mark.parametrize("until", [4, 5])
def test_relay_step_repeated_after_the_time_is_refused_and_changes_nothing(until: int, bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    bench.relay(opened.session.id, until=until)
    bench.clock.advance(opened.session.expires_at - bench.clock.now())
    held = bench.row(made)
    assert held.state is ReservationState.HELD
    assert code_of(lambda: bench.repeat(opened.session.id, 3)) == "reset.session-over"
    assert bench.row(made) == held


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


def test_a_session_that_was_taken_over_stays_over_when_the_clock_steps_back(bench: Bench) -> None:
    bench.reserve()
    first = bench.open()
    bench.prove(first)
    bench.clock.advance(first.session.expires_at - bench.clock.now())
    bench.prove(bench.open())
    bench.clock.advance(timedelta(minutes=-1))
    assert code_of(lambda: bench.relay(first.session.id)) == "reset.session-over"


@pytest.mark.parametrize("at_hand", [True, False])
def test_keys_answer_the_same_whether_at_hand_or_not(bench: Bench, *, at_hand: bool) -> None:
    keys = KeyFileCardKeys(MASTER)
    keys.at_hand = at_hand
    bench.desk = replace(bench.desk, keys=keys)
    made = bench.reserve()
    opened = bench.grant()
    assert [bench.repeat(opened.session.id, 4) for _ in range(2)] == [None, None]
    assert bench.finish(opened, bench.reset()).id == made.id


def test_a_session_that_ends_while_its_answer_is_being_weighed_gets_no_grant(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    command = bench.relay(opened.session.id, until=3)
    assert command is not None
    response = bench.card.transmit(command)

    class SlowKeys(KeyFileCardKeys):
        """Takes so long that the kiosk gives up meanwhile."""

        at_hand = False

        def session_keys(
            self, card_id: bytes, host_challenge: bytes, card_challenge: bytes, version: int = 1
        ) -> SessionKeys:
            bench.end(opened)
            return super().session_keys(card_id, host_challenge, card_challenge, version)

    bench.desk = replace(bench.desk, keys=SlowKeys(MASTER))
    assert code_of(lambda: relay_step(bench.desk, session_id=opened.session.id, step=3, response=response)) == (
        "reset.session-over"
    )
    with bench.store.begin() as records:
        assert records.grants(bench.pseudonym, made.id) == ()
        assert len(records.answers(opened.session)) == 3
