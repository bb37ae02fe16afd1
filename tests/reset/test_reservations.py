from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.errors import KaijoError, Refused
from kaijo.facts.lifetimes import challenge_life, reservation_life
from kaijo.facts.pins import PinKind
from kaijo.reset.face_ports import FaceDesk
from kaijo.reset.records import Challenge, Purpose, Reservation
from kaijo.reset.reservations import (
    Evidence,
    cancel_reservation,
    find_reservation,
    make_challenge,
    make_reservation,
)
from kaijo.reset.states import ReservationState

from .bench import AUTHENTICATION, SIGNATURE, Bench, code_of, record, sign
from .sitting import FACE_ASKED, PaperEngine, PaperIssuer

TICK = timedelta(microseconds=1)


def reserve(bench: Bench, challenge: Challenge, evidence: Evidence, kind: PinKind = SIGNATURE) -> Reservation:
    return make_reservation(bench.desk, challenge_id=challenge.id, kind=kind, evidence=evidence)


@pytest.mark.parametrize("kind", [SIGNATURE, AUTHENTICATION])
def test_reservation_lives_as_long_as_the_facts_say(bench: Bench, kind: PinKind) -> None:
    made = bench.reserve(kind)
    assert (made.kind, made.state, made.replaced_older) == (kind, ReservationState.LIVE, False)
    assert made.expires_at - made.made_at == reservation_life() == timedelta(hours=24)
    assert len(made.id) == 16


@pytest.mark.parametrize("kind", [PinKind.RESIDENT, PinKind.ATTRIBUTES])
def test_challenge_for_what_no_kiosk_resets_is_refused(bench: Bench, kind: PinKind) -> None:
    assert code_of(lambda: bench.challenge(kind)) == "reset.counter-only"


def test_challenges_are_never_the_same(bench: Bench) -> None:
    assert len({bench.challenge()[0].id for _ in range(50)}) == 50


def test_challenge_ends_exactly_with_its_life(bench: Bench) -> None:
    challenge, message = bench.challenge()
    evidence = bench.evidence(SIGNATURE, message)
    bench.clock.advance(challenge_life())
    with pytest.raises(Refused) as refusal:
        reserve(bench, challenge, evidence)
    assert refusal.value.diagnostics() == {
        "code": "reset.challenge-expired",
        "data": {"expired_at": challenge.expires_at.isoformat()},
    }
    bench.clock.advance(-TICK)
    assert reserve(bench, challenge, evidence).kind is SIGNATURE


def test_challenge_unknown_or_for_something_else_is_refused(bench: Bench) -> None:
    challenge, message = bench.challenge()
    evidence = bench.evidence(SIGNATURE, message)
    assert code_of(lambda: reserve(bench, replace(challenge, id="00"), evidence)) == "reset.unknown-challenge"
    assert code_of(lambda: reserve(bench, challenge, evidence, AUTHENTICATION)) == "reset.challenge-mismatch"
    kiosk, _ = make_challenge(bench.desk, purpose=Purpose.KIOSK, kind=SIGNATURE)
    assert code_of(lambda: reserve(bench, kiosk, evidence)) == "reset.challenge-mismatch"
    assert bench.reservations() == ()


def test_reservation_repeated_is_the_same_reservation(bench: Bench) -> None:
    challenge, message = bench.challenge()
    evidence = bench.evidence(SIGNATURE, message)
    made = reserve(bench, challenge, evidence)
    bench.clock.advance(challenge_life() * 2)
    assert reserve(bench, challenge, evidence) == made
    assert bench.reservations() == (made,)


def test_proof_of_one_challenge_is_no_proof_for_another(bench: Bench) -> None:
    _, message = bench.challenge()
    challenge, _ = bench.challenge()
    assert code_of(lambda: reserve(bench, challenge, bench.evidence(SIGNATURE, message))) == "reset.bad-proof"


def test_challenge_that_another_card_used_is_refused(bench: Bench) -> None:
    challenge, message = bench.challenge()
    reserve(bench, challenge, bench.evidence(SIGNATURE, message))
    other = Evidence(b"a2", b"a2", sign("a2", message))
    assert code_of(lambda: reserve(bench, challenge, other)) == "reset.challenge-used"


@pytest.mark.parametrize(
    ("kind", "proof", "code"),
    [
        (SIGNATURE, "s1", "reset.same-pin"),
        (AUTHENTICATION, "a1", "reset.same-pin"),
        (SIGNATURE, "a2", "reset.unknown-proof"),
        (AUTHENTICATION, "a2", "reset.unknown-proof"),
    ],
)
def test_proof_of_the_wrong_kind_is_refused(bench: Bench, kind: PinKind, proof: str, code: str) -> None:
    challenge, message = bench.challenge(kind)
    evidence = Evidence(b"a1", proof.encode(), sign(proof, message))
    assert code_of(lambda: reserve(bench, challenge, evidence, kind)) == code


def test_proof_certificate_that_is_not_trusted_is_refused(bench: Bench) -> None:
    challenge, message = bench.challenge(AUTHENTICATION)
    del bench.trust.names[b"s1"]
    evidence = bench.evidence(AUTHENTICATION, message)
    assert code_of(lambda: reserve(bench, challenge, evidence, AUTHENTICATION)) == "trust.unknown-issuer"


def test_newer_reservation_replaces_the_older_of_its_kind_alone(bench: Bench) -> None:
    first, other = bench.reserve(SIGNATURE), bench.reserve(AUTHENTICATION)
    bench.clock.advance(TICK)
    second = bench.reserve(SIGNATURE)
    assert second.replaced_older
    assert {row.id: row.state for row in bench.reservations()} == {
        first.id: ReservationState.REPLACED,
        other.id: ReservationState.LIVE,
        second.id: ReservationState.LIVE,
    }


def test_reservation_after_an_expired_one_replaces_nothing(bench: Bench) -> None:
    first = bench.reserve()
    bench.clock.advance(reservation_life())
    assert not bench.reserve().replaced_older
    assert bench.row(first).state is ReservationState.EXPIRED


def test_reservation_while_a_kiosk_works_with_the_older_is_refused_until_that_ends(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    bench.prove(opened)
    with pytest.raises(Refused) as refusal:
        bench.reserve()
    assert refusal.value.diagnostics() == {
        "code": "reset.in-use",
        "data": {"until": opened.session.expires_at.isoformat()},
    }
    bench.clock.advance(opened.session.expires_at - bench.clock.now())
    assert bench.reserve().replaced_older


def test_reservation_with_a_dead_certificate_leaves_the_challenge_free(bench: Bench) -> None:
    challenge, message = bench.challenge()
    evidence = bench.evidence(SIGNATURE, message)
    bench.change_card(signature=None)
    assert code_of(lambda: reserve(bench, challenge, evidence)) == "reset.no-signature-certificate"
    bench.change_card(signature=record(b"s1"))
    assert reserve(bench, challenge, evidence).state is ReservationState.LIVE


@pytest.mark.parametrize(
    ("engine", "face", "code"),
    [
        (False, None, "face.unavailable"),
        (False, "permit", "face.unavailable"),
        (True, None, "face.needed"),
        (True, "permit", "face.bad-permit"),
        (True, "", "face.bad-permit"),
    ],
)
def test_face_that_the_policy_asks_for(bench: Bench, engine: bool, face: str | None, code: str) -> None:
    ports = FaceDesk(PaperEngine(), PaperIssuer()) if engine else None
    bench.desk = replace(bench.desk, face_policy=FACE_ASKED, face=ports)
    challenge, message = bench.challenge()
    evidence = replace(bench.evidence(SIGNATURE, message), face=face)
    assert code_of(lambda: reserve(bench, challenge, evidence)) == code


def test_refusals_of_reservations_are_errors_of_ours(bench: Bench) -> None:
    challenge, _ = bench.challenge()
    for evidence in (Evidence(b"", b"", b""), Evidence(b"a1", b"", b""), Evidence(b"a1", b"a1", b"")):
        with pytest.raises(KaijoError):
            reserve(bench, challenge, evidence)


def cancel(bench: Bench, made: Reservation) -> Reservation:
    return cancel_reservation(bench.desk, cancel_token=bench.cancel_token(made.id))


def test_cancelled_reservation_is_over_and_leaves_room(bench: Bench) -> None:
    made = bench.reserve()
    assert cancel(bench, made) == made.cancelled() == bench.row(made)
    assert cancel(bench, made) == made.cancelled()
    assert code_of(bench.open) == "reset.no-reservation"
    assert bench.reserve().replaced_older is False


def test_cancel_leaves_what_is_over_as_it_was(bench: Bench) -> None:
    first = bench.reserve()
    second = bench.reserve()
    assert cancel(bench, first).state is ReservationState.REPLACED
    bench.clock.advance(reservation_life())
    assert find_reservation(bench.desk, cancel_token=bench.cancel_token(second.id)).state is ReservationState.EXPIRED
    assert bench.row(second).state is ReservationState.LIVE
    assert cancel(bench, second).state is bench.row(second).state is ReservationState.EXPIRED


def test_cancel_waits_for_the_kiosk_and_no_longer_than_its_session(bench: Bench) -> None:
    made = bench.reserve()
    opened = bench.grant()
    assert code_of(lambda: cancel(bench, made)) == "reset.in-use"
    bench.clock.advance(opened.session.expires_at - bench.clock.now())
    assert cancel(bench, made).state is ReservationState.CANCELLED
    receipt = bench.reset()
    assert bench.finish(opened, receipt).state is ReservationState.USED
    assert code_of(lambda: cancel(bench, made)) == "reset.already-done"


@pytest.mark.parametrize("token", ["", "0" * 160])
def test_cancel_without_a_token_of_ours_is_refused(bench: Bench, token: str) -> None:
    bench.reserve()
    assert code_of(lambda: cancel_reservation(bench.desk, cancel_token=token)) == "reset.unknown-cancel-token"
    assert code_of(lambda: find_reservation(bench.desk, cancel_token=token)) == "reset.unknown-cancel-token"
