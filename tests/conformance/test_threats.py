"""What attackers try that no other test tries for them; docs/threat-model.md names the rest."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from kaijo.card.guard import Guard
from kaijo.errors import KaijoError
from kaijo.facts.pins import PinKind
from kaijo.reset.audit import Tag
from kaijo.reset.kiosk_sessions import accept_proof
from kaijo.reset.policy import FacePolicy, FaceRule
from kaijo.reset.reservations import make_reservation
from kaijo.service.store.database import SqlStore
from tests.reset.bench import AUTHENTICATION, JPKI, RESETS, SIGNATURE, Bench, code_of, sign
from tests.reset.trails import audited_bench, read_all
from tests.support.world import World

PERSON = "signature-locked"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with closing(SqlStore(None)) as store:
        yield audited_bench(store)


def test_thief_with_the_card_alone_is_stopped_before_the_last_try_and_reserves_nothing(world: World) -> None:
    card = world.card(PERSON)
    ended = []
    for guess in ("0000", "1111", "2222", "3333", "4444"):
        phone = world.phone(card)
        shown = phone.look(PinKind.SIGNATURE)
        try:
            phone.reserve(PinKind.SIGNATURE, guess, shown=shown)
        except KaijoError as error:
            ended.append(error.code)
    assert ended == ["card.wrong-pin"] * 2 + ["guard.last-try"] * 3
    assert Guard(card, world.clock).tries(PinKind.AUTHENTICATION).tries_left == 1
    assert world.rows("select * from reservations") == []


def test_thief_with_card_and_one_pin_needs_the_face_as_well(bench: Bench) -> None:
    # Who knows the authentication PIN wants the signature PIN: with the face required, the proof alone is not enough.
    strict = FacePolicy(signature=FaceRule.REQUIRED, authentication=FaceRule.NOT_REQUIRED)
    bench.desk = replace(bench.desk, face_policy=strict)
    assert code_of(bench.reserve) == "face.unavailable"
    # And no PIN proves its own reset.
    challenge, message = bench.challenge(AUTHENTICATION)
    evidence = bench.evidence(SIGNATURE, message)
    refused = code_of(
        lambda: make_reservation(bench.desk, challenge_id=challenge.id, kind=AUTHENTICATION, evidence=evidence)
    )
    assert refused == "reset.same-pin"
    assert bench.reservations() == ()


def test_kiosk_that_kept_a_proof_cannot_use_it_in_another_session(bench: Bench) -> None:
    bench.reserve()
    first = bench.open()
    kept = sign("a1", first.message)
    bench.prove(first)
    bench.end(first)
    second = bench.open()
    refused = code_of(
        lambda: accept_proof(bench.desk, session_id=second.session.id, proof_certificate=b"a1", signature=kept)
    )
    assert refused == "reset.bad-proof"


def test_kiosk_that_has_the_grant_can_turn_it_on_no_other_pin_and_not_twice(bench: Bench) -> None:
    bench.reserve()
    bench.grant()
    bench.card.transmit(JPKI)
    assert bench.card.transmit(RESETS[AUTHENTICATION]) != b"\x90\x00"
    assert bench.image.administration.reset_number == 0
    bench.reset()
    assert bench.card.transmit(RESETS[SIGNATURE])[-2:] != b"\x90\x00"
    assert bench.image.administration.reset_number == 1


def test_insider_with_the_keys_and_the_card_leaves_a_number_that_no_row_explains(bench: Bench) -> None:
    # The keys open every card that lies before them: that is what they are. But the card counts, and the rows do not.
    with closing(SqlStore(None)) as elsewhere:
        shadow = audited_bench(elsewhere)
        shadow.card, shadow.image = bench.card, bench.image
        shadow.reserve()
        shadow.grant()
        shadow.reset()
    bench.reserve()
    opened = bench.open(reset_state=bench.reset_state())
    bench.prove(opened)
    bench.relay(opened.session.id, until=4)
    with bench.store.begin() as records:
        intended = records.grants(bench.pseudonym, opened.reservation.id)
    taken = [row for row in read_all(bench.store) if row.entry.tag is Tag.RECEIPT_TAKEN]
    assert (intended[0].reset_number, taken) == (1, [])
