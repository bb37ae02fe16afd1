"""What is over goes, what somebody may still need stays, on every engine."""

from datetime import timedelta

from sqlalchemy import func, select

from kaijo.facts.database import retention
from kaijo.reset.receipts import settle
from kaijo.reset.states import ReservationState
from kaijo.service.store.database import SqlStore
from kaijo.service.store.retention import prune
from kaijo.service.store.schema import TABLES
from tests.reset.bench import LIFE, SIGNATURE, Bench
from tests.reset.trails import audited_bench, is_chained, read_all
from tests.support.engines import Database

HOUR = timedelta(hours=1)


def counts(store: SqlStore) -> dict[str, int]:
    with store.begin() as records:
        found = {name: select(func.count()).select_from(table) for name, table in TABLES.tables.items()}
        return {name: count for name, one in found.items() if (count := records.connection.execute(one).scalar_one())}


def walked(store: SqlStore) -> Bench:
    bench = audited_bench(store)
    bench.reserve()
    opened = bench.grant()
    bench.finish(opened, bench.reset(SIGNATURE))
    return bench


def test_everything_goes_in_its_time_and_the_trail_stays(database: Database) -> None:
    store = database.store(memory=True)
    bench = walked(store)
    whole = counts(store)
    end = bench.clock.now() + LIFE
    kept = retention()
    assert sum(prune(store, end + HOUR).values()) == 0
    assert prune(store, bench.clock.now() + kept.challenge + HOUR)["challenges"] == 1
    assert prune(store, end + kept.answer)["answers"] == 5
    assert {name: whole[name] for name in ("reservations", "sessions", "grants")} == dict.fromkeys(
        ("reservations", "sessions", "grants"), 1
    )
    assert sum(prune(store, end + kept.visit - HOUR).values()) == 0
    assert prune(store, end + kept.visit)["reservations"] == 1
    left = counts(store)
    assert set(left) == {"schema_versions", "audit_rows", "audit_unsealed"}
    assert left["audit_rows"] == whole["audit_rows"]
    assert is_chained(read_all(bench.store))


def test_receipt_that_comes_as_late_as_may_be_still_counts(database: Database) -> None:
    store = database.store(memory=True)
    bench = Bench(store=store)
    made = bench.reserve()
    bench.grant()
    receipt = bench.reset(SIGNATURE)
    late = made.expires_at + retention().visit - HOUR
    prune(store, late)
    with store.begin() as records:
        used = settle(records, pseudonym=bench.pseudonym, receipt=receipt, at=late)
    assert used is not None
    assert used.state is ReservationState.USED


def test_what_lives_is_not_touched_and_many_go_in_batches(database: Database) -> None:
    store = database.store(memory=True)
    bench = Bench(store=store)
    for _ in range(7):
        bench.challenge()
    bench.clock.advance(retention().challenge + HOUR)
    bench.reserve()
    before = counts(store)
    assert prune(store, bench.clock.now(), most=3)["challenges"] == 7
    assert counts(store) == {**before, "challenges": 1}
