from dataclasses import replace
from datetime import timedelta

import pytest

from kaijo.reset.records import GrantRow, Reservation
from kaijo.reset.states import GrantOutcome, ReservationState, SessionState
from kaijo.service.store.database import SqlStore
from tests.reset.bench import AUTHENTICATION, NOON, SIGNATURE, Bench
from tests.support.engines import Database


@pytest.fixture
def store(database: Database) -> SqlStore:
    return database.store(memory=True)


@pytest.fixture
def bench(store: SqlStore) -> Bench:
    return Bench(store=store)


def another(made: Reservation, **changes: object) -> Reservation:
    return replace(made, id=b"\x01" * 16, challenge="0" * 64, **changes)  # type: ignore[arg-type]


def test_move_reservation_is_won_once(bench: Bench, store: SqlStore) -> None:
    made = bench.reserve()
    session = bench.open().session
    held = made.held(session)
    with store.begin() as records:
        assert [records.move_reservation(made, held) for _ in range(2)] == [True, False]
        other = replace(held, holder="somebody else")
        assert not records.move_reservation(other, other.released())
        assert records.find_reservation(made.pseudonym, made.id) == held


def test_add_reservation_keeps_one_active_for_card_and_kind(bench: Bench, store: SqlStore) -> None:
    made = bench.reserve(SIGNATURE)
    with store.begin() as records:
        assert not records.add_reservation(another(made))
        assert not records.add_reservation(another(made, state=ReservationState.HELD, holder="x"))
        assert not records.add_reservation(replace(another(made, kind=AUTHENTICATION), challenge=made.challenge))
        assert records.add_reservation(another(made, kind=AUTHENTICATION))
        assert records.move_reservation(made, made.replaced())
        assert records.add_reservation(replace(another(made), id=b"\x02" * 16, challenge="1" * 64))
        assert len(records.reservations(made.pseudonym)) == 3


def test_expire_reservations_takes_what_is_over_and_no_more(bench: Bench, store: SqlStore) -> None:
    made = bench.reserve()
    with store.begin() as records:
        assert records.expire_reservations(made.pseudonym, made.expires_at - timedelta(microseconds=1)) == 0
        assert records.expire_reservations("0" * 64, made.expires_at) == 0
        assert records.expire_reservations(made.pseudonym, made.expires_at) == 1
        assert records.expire_reservations(made.pseudonym, made.expires_at) == 0


def test_claim_challenge_is_won_by_one_card(bench: Bench, store: SqlStore) -> None:
    challenge, _ = bench.challenge()
    with store.begin() as records:
        assert [records.claim_challenge(challenge.id, card) for card in ("a", "b", "a")] == [True, False, True]
        assert not records.claim_challenge("unknown", "a")
        assert records.find_challenge(challenge.id) == replace(challenge, claimed_by="a")


def test_move_session_is_won_once(bench: Bench, store: SqlStore) -> None:
    bench.reserve()
    session = bench.open().session
    with store.begin() as records:
        relaying = session.moved(SessionState.RELAYING)
        assert [records.move_session(session, relaying) for _ in range(2)] == [True, False]
        assert records.find_session(session.pseudonym, session.id) == relaying
        assert records.find_session("0" * 64, session.id) is None


def test_answers_come_back_in_order_and_are_kept_once(bench: Bench, store: SqlStore) -> None:
    bench.reserve()
    session = bench.open().session
    with store.begin() as records:
        assert [records.add_answer(session, step, bytes([step])) for step in (1, 0, 1)] == [True, True, False]
        assert records.answers(session) == (b"\x00", b"\x01")


def test_grants_are_one_for_a_session_and_move_once(bench: Bench, store: SqlStore) -> None:
    made = bench.reserve()
    session = bench.open().session
    grant = GrantRow(made.pseudonym, session.id, made.id, SIGNATURE, 7, NOON, GrantOutcome.INTENDED)
    used = replace(grant, outcome=GrantOutcome.USED)
    with store.begin() as records:
        assert [records.add_grant(grant) for _ in range(2)] == [True, False]
        assert records.grants(made.pseudonym, made.id) == (grant,)
        assert [records.move_grant(grant, used) for _ in range(2)] == [True, False]
        assert records.grants(made.pseudonym, made.id) == (used,)
