"""A store that writes down what it does, in the transaction that does it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from kaijo.errors import ServiceTrouble
from kaijo.reset.audit import Tag, canonical
from kaijo.reset.audit_ports import AuditRecords
from kaijo.reset.kiosk_sessions import Opened
from kaijo.reset.ports import Records
from kaijo.reset.records import Reservation
from kaijo.reset.reservations import cancel_reservation, make_reservation
from kaijo.service.store.audited import AuditedRecords
from kaijo.service.store.database import SqlStore
from kaijo.service.store.records import SqlRecords
from tests.reset.bench import AUTHENTICATION, LIFE, NOON, Bench, code_of
from tests.reset.trails import audited_bench, entry, is_chained, read_all

# What leaves no row of its own, and why.
QUIET = {
    "add_challenge": "a challenge belongs to nobody",
    "claim_challenge": "the reservation or the face check that follows tells it",
    "add_answer": "the proof and the grant tell how far the relay came",
    "count_look": "guidance decides nothing",
    "add_face_try": "the drawing tells it",
    "pass_face_try": "the passing tells it",
    "add_face_pictures": "the answer tells it",
    "add_sign_in": "the journal's line tells it",
    "drop_sign_ins": "an end of time, or a clerk's own going",
    "add_ticket": "a waiting number belongs to nobody",
    "add_wish": "a waiting number belongs to nobody",
    "move_ticket": "the journal's line tells it",
    "add_case": "the journal's line tells it",
    "close_case": "the journal's line tells it",
    "put_asked": "the journal's line tells it",
    "add_letter": "the journal's line tells it",
    "put_marks": "a limit's mark decides when to come back, nothing else",
    "drop_marks": "marks that limit nobody",
    "add_failed_channel": "the end of the session tells it, and the stopping",
    "forget_failed_channels": "the grant that follows tells it, or the release",
    "use_number": "what the terminal said with it tells it",
    "use_letter": "the journal's line of the case tells it",
}
READS = ("find_", "last_", "is_", "count_failed_")
NOUNS = {
    "answers",
    "asked",
    "clerks",
    "entries",
    "face_check_of",
    "face_tries",
    "figures",
    "failed_channels",
    "grants",
    "marks",
    "number_of_wish",
    "reservations",
    "terminal_of_code",
    "terminals",
    "terminals_seen",
    "tickets",
}


@pytest.fixture
def store() -> Iterator[SqlStore]:
    with closing(SqlStore(None)) as store:
        yield store


@pytest.fixture
def bench(store: SqlStore) -> Bench:
    return audited_bench(store)


def test_every_method_of_the_port_reads_is_audited_or_is_quiet_for_a_reason() -> None:
    ours = {name for name in dir(AuditRecords) if not name.startswith("_")}
    named = {name for name in dir(Records) if not name.startswith("_")} - ours
    writes = {name for name in named if not name.startswith(READS)} - NOUNS
    assert writes == QUIET.keys() | (vars(AuditedRecords).keys() & named)
    assert not QUIET.keys() & vars(AuditedRecords).keys()


def test_reset_is_told_from_reservation_to_receipt(bench: Bench) -> None:
    bench.reserve()
    opened = bench.grant()
    bench.finish(opened, bench.reset())
    rows = read_all(bench.store)
    assert [row.entry.tag for row in rows] == [
        Tag.RESERVATION_MADE,
        Tag.SESSION_OPENED,
        Tag.PROOF_ACCEPTED,
        Tag.GRANT_INTENDED,
        Tag.GRANT_CONFIRMED,
        Tag.RECEIPT_TAKEN,
        Tag.SESSION_ENDED,
    ]
    assert {row.partition for row in rows} == {bench.pseudonym}
    assert is_chained(rows)


def test_replaced_cancelled_and_expired_reservations_have_a_row_each(bench: Bench) -> None:
    bench.reserve()
    second, third = bench.reserve(), bench.reserve(AUTHENTICATION)
    cancel_reservation(bench.desk, cancel_token=bench.cancel_token(second.id))
    bench.clock.advance(LIFE)
    assert code_of(bench.open) == "reset.reservation-expired"
    rows = read_all(bench.store)[-3:]
    assert [(row.entry.tag, row.entry.attributes["reservation"]) for row in rows] == [
        (Tag.RESERVATION_MADE, third.id.hex()),
        (Tag.RESERVATION_CANCELLED, second.id.hex()),
        (Tag.RESERVATION_EXPIRED, third.id.hex()),
    ]
    assert [row.entry.at for row in rows] == [NOON, NOON, NOON + LIFE]


def test_refused_proof_is_told_of_the_card(bench: Bench) -> None:
    bench.reserve()
    opened = bench.open()
    assert code_of(lambda: bench.prove(replace(opened, message=b"another"))) == "reset.bad-proof"
    challenge, message = bench.challenge()
    evidence = replace(bench.evidence(challenge.kind, message), signature=b"x" * 256)
    made = partial(make_reservation, bench.desk, challenge_id=challenge.id, kind=challenge.kind, evidence=evidence)
    assert code_of(made) == "reset.bad-proof"
    rows = [row for row in read_all(bench.store) if row.entry.tag is Tag.PROOF_REFUSED]
    assert [(row.partition, row.entry.attributes) for row in rows] == [
        (bench.pseudonym, {"code": "reset.bad-proof"}),
    ] * 2


def test_refusal_of_nobody_known_is_told_under_its_code(bench: Bench) -> None:
    for _ in range(2):
        with bench.store.begin() as records:
            records.count_refusal(NOON.date(), "reset.no-reservation")
    rows = read_all(bench.store)
    assert [row.key for row in rows] == [("house reset.no-reservation", number) for number in (1, 2)]
    assert rows[0].entry.attributes == {"code": "reset.no-reservation"}
    assert bench.pseudonym not in {row.partition for row in rows}


def test_terminals_name_and_card_appear_only_hashed(bench: Bench) -> None:
    bench.reserve()
    bench.open(kiosk="山田さんの店 1")
    spelled = b"".join(canonical(row.plain()) for row in read_all(bench.store))
    assert not [word for word in ("山田", "KAIJO00001", b"KAIJO00001".hex()) if word.encode() in spelled]


@pytest.mark.parametrize("table", ["audit_rows", "audit_unsealed"])
@pytest.mark.parametrize(
    "act",
    [
        lambda bench, _made, _opened: bench.reserve(AUTHENTICATION),
        lambda bench, _made, _opened: bench.open(),
        lambda bench, _made, opened: bench.prove(opened),
        lambda bench, _made, opened: bench.end(opened),
        lambda bench, made, _opened: cancel_reservation(bench.desk, cancel_token=bench.cancel_token(made.id)),
    ],
)
def test_act_whose_row_cannot_be_written_does_not_happen(
    store: SqlStore, bench: Bench, table: str, act: Callable[[Bench, Reservation, Opened], object]
) -> None:
    made, opened = bench.reserve(), bench.open()
    before = everything(store)
    with store.begin() as records:
        refuse = f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        records.connection.execute(text(refuse))
    with pytest.raises(ServiceTrouble):
        act(bench, made, opened)
    assert everything(store) == before


def everything(store: SqlStore) -> dict[str, list[tuple[object, ...]]]:
    with store.begin() as records:
        ask = records.connection.execute
        return {
            name: [tuple(row) for row in ask(text(f"SELECT * FROM {name}"))]  # noqa: S608 -- names of our own tables
            for name in ("reservations", "sessions", "grants", "audit_rows", "audit_unsealed")
        }


def test_number_that_somebody_else_took_first_undoes_the_act(store: SqlStore) -> None:
    with store.begin() as records:
        records.add_audit(entry())
        same_place = records.last_audit(entry().partition)
    assert same_place is not None

    class Stale(SqlRecords):
        """Sees the partition as it was before somebody else appended."""

        def last_audit(self, partition: str) -> None:
            assert partition

    with pytest.raises(ServiceTrouble) as busy, store.begin() as records:
        Stale(records.connection).add_audit(entry(minute=1))
    assert busy.value.code == "store.busy"
    assert read_all(store) == [same_place]


def test_rows_written_at_the_same_time_stay_chained(tmp_path: Path) -> None:
    with closing(SqlStore(tmp_path / "service.db")) as store:
        start = Barrier(8)

        def write(number: int) -> None:
            start.wait()
            for minute in range(5):
                with store.begin() as records:
                    records.add_audit(entry(("a" * 64, "b" * 64)[number % 2], minute))

        threads = [Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = read_all(store)
        assert [row.sequence for row in rows] == [*range(1, 21), *range(1, 21)]
        assert is_chained(rows)
