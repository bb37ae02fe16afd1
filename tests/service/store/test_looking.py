"""Transactions that only read: nothing can be written in one, and nobody waits for one."""

from collections.abc import Callable
from threading import Thread

import pytest
from sqlalchemy import text

from kaijo.errors import ServiceTrouble
from kaijo.reset.records import Challenge, Purpose, Reservation
from kaijo.service.store.database import SqlStore
from kaijo.service.store.records import SqlRecords
from tests.reset.bench import NOON, SIGNATURE, Bench
from tests.support.engines import Database


@pytest.fixture(params=[False, True], ids=["in a file", "in memory"])
def store(request: pytest.FixtureRequest, database: Database) -> SqlStore:
    return database.store(memory=request.param)


@pytest.fixture
def bench(store: SqlStore) -> Bench:
    return Bench(store=store)


CHALLENGE = Challenge("c" * 64, Purpose.RESERVE, SIGNATURE, NOON)
WRITES: dict[str, Callable[[SqlRecords, Reservation], object]] = {
    "insert": lambda records, _made: records.add_challenge(CHALLENGE),
    "insert if free": lambda records, made: records.add_reservation(made),
    "update": lambda records, made: records.move_reservation(made, made.replaced()),
    "update of nothing": lambda records, _made: records.expire_reservations("0" * 64, NOON),
    "delete": lambda records, _made: records.drop_marks(NOON),
    "a table": lambda records, _made: records.connection.execute(text("create table songs (name text)")),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_whoever_only_looks_cannot_write(
    bench: Bench, store: SqlStore, write: Callable[[SqlRecords, Reservation], object]
) -> None:
    made = bench.reserve()
    with pytest.raises(ServiceTrouble) as trouble, store.look() as records:
        write(records, made)
    assert trouble.value.code == "store.unwritable"
    assert bench.reservations() == (made,)
    bench.grant()  # and whoever comes next writes as before


def test_what_is_seen_is_of_one_moment_while_others_write(database: Database) -> None:
    store, other = database.store(), database.store()
    bench = Bench(store=other)
    made = bench.reserve()
    with store.look() as records:
        before = records.reservations(made.pseudonym)
        writing = Thread(target=bench.grant)
        writing.start()
        writing.join()
        assert records.find_reservation(made.pseudonym, made.id) == made
    with store.look() as records:
        after = records.reservations(made.pseudonym)
    assert (before, [row.state.value for row in after]) == ((made,), ["held"])


def test_whoever_looks_waits_for_nobody_who_writes(database: Database) -> None:
    store = database.store()
    made = Bench(store=store).reserve()
    seen: list[object] = []

    def look() -> None:
        with store.look() as records:
            seen.append(records.find_reservation(made.pseudonym, made.id))

    with store.begin() as records:
        assert records.move_reservation(made, made.replaced())
        looking = Thread(target=look)
        looking.start()
        looking.join()
    assert seen == [made]
