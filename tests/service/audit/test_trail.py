"""Signing and taking out what a store wrote down, and what is found when somebody worked on the database."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from kaijo.errors import ServiceTrouble
from kaijo.reset.audit import Tag
from kaijo.reset.audit_file import verify
from kaijo.reset.ports import Store
from kaijo.reset.scribe import Scribe
from kaijo.service.audit.exporter import export
from kaijo.service.audit.maker import make_checkpoints
from kaijo.service.audit.trail import Trail
from kaijo.service.store.database import SqlStore
from tests.reset.bench import NOON, Bench, code_of, patiently
from tests.reset.test_race import at_once
from tests.reset.trails import KEY, OTHER_KEY, audited_bench, entry, read_all
from tests.support.engines import ENGINES, Database

EVERYWHERE = pytest.mark.parametrize("light_database", ENGINES, indirect=True)


@pytest.fixture
def store(light_database: Database) -> SqlStore:
    return light_database.store(memory=True)


@pytest.fixture
def bench(store: SqlStore) -> Bench:
    return audited_bench(store)


@pytest.fixture
def trail(bench: Bench) -> Trail:
    return Trail(bench.store, KEY, Scribe(bench.desk.veil, bench.clock), bench.clock)


def append(store: Store, *partitions: str) -> None:
    with store.begin() as records:
        for partition in partitions:
            records.add_audit(entry(partition))


def run(store: SqlStore, statement: str) -> None:
    with store.begin() as records:
        assert records.connection.execute(text(statement)).rowcount == 1


@EVERYWHERE
def test_export_of_a_reset_is_whole_and_ends_with_its_own_taking_out(bench: Bench, trail: Trail) -> None:
    bench.reserve()
    kept = trail.checkpoint()
    opened = bench.grant()
    bench.clock.advance(timedelta(minutes=3))
    bench.finish(opened, bench.reset())
    lines = list(trail.export())
    verdict = verify(lines, key=KEY.public_key(), since=kept)
    assert verdict.findings == []
    assert (verdict.rows, verdict.checkpoints) == (8, 2)
    assert verdict.last == trail.checkpoint()
    assert lines[-2].endswith(
        b'"partition":"house","previous":"' + b"0" * 64 + b'","sequence":1,"tag":"operator-act"}}\n'
    )


def test_checkpoint_of_nothing_is_none_and_of_nothing_new_the_last(trail: Trail, store: SqlStore) -> None:
    assert trail.checkpoint() is None
    append(store, "house")
    assert trail.checkpoint() == trail.checkpoint()


@EVERYWHERE
def test_checkpoints_are_made_in_parts(bench: Bench, store: SqlStore) -> None:
    append(store, *["b" * 64, "a" * 64, "house"] * 3)
    assert make_checkpoints(bench.store, KEY, bench.clock, most=4) == 3
    assert verify(export(bench.store, KEY.public_key()), key=KEY.public_key()).findings == []
    assert read_all(bench.store) == []


@EVERYWHERE
def test_makers_at_once_and_acts_meanwhile_leave_one_whole_trail(light_database: Database) -> None:
    bench = audited_bench(light_database.store())
    turns, appending = 10, ("house", "house a.b", "a" * 64)

    def work(number: int) -> str:
        for _ in range(turns):
            if number < len(appending):
                patiently(lambda: append(bench.store, appending[number], "b" * 64))
            else:  # busy: somebody else is making one
                assert code_of(lambda: make_checkpoints(bench.store, KEY, bench.clock, most=3)) in {"", "store.busy"}
        return ""

    assert at_once(2 * len(appending), work) == Counter({"": 2 * len(appending)})
    make_checkpoints(bench.store, KEY, bench.clock)
    verdict = verify(export(bench.store, KEY.public_key()), key=KEY.public_key())
    assert (verdict.findings, verdict.rows) == ([], 2 * turns * len(appending))
    assert read_all(bench.store) == []


def test_clock_that_was_set_back_does_not_put_a_checkpoint_before_the_last(bench: Bench, store: SqlStore) -> None:
    for back in (0, 2):
        append(store, "house")
        bench.clock.advance(timedelta(hours=-back))
        make_checkpoints(bench.store, KEY, bench.clock)
    verdict = verify(export(bench.store, KEY.public_key()), key=KEY.public_key())
    assert (verdict.findings, verdict.last and verdict.last.at) == ([], NOON)


def test_checkpoint_of_another_key_is_not_built_upon(bench: Bench, store: SqlStore) -> None:
    append(store, "house")
    make_checkpoints(bench.store, OTHER_KEY, bench.clock)
    append(store, "house")
    with pytest.raises(ServiceTrouble) as trouble:
        make_checkpoints(bench.store, KEY, bench.clock)
    assert trouble.value.diagnostics() == {"code": "audit.tree-damaged", "data": {"size": 1}}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_checkpoints SET peaks = substr(peaks, 1, 64)",
        "UPDATE audit_checkpoints SET root = replace(root, substr(root, 1, 1), 'x')",
        "UPDATE audit_checkpoints SET at = at + 1",
        "UPDATE audit_checkpoints SET size = size - 1",
    ],
)
def test_damaged_tree_is_not_built_upon(bench: Bench, store: SqlStore, statement: str) -> None:
    append(store, "house", "house", "house")
    make_checkpoints(bench.store, KEY, bench.clock)
    append(store, "house")
    run(store, statement)
    with pytest.raises(ServiceTrouble) as trouble:
        make_checkpoints(bench.store, KEY, bench.clock)
    assert trouble.value.code in {"audit.tree-damaged", "store.damaged"}


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("UPDATE audit_rows SET at = at + 1 WHERE sequence = 2", ["audit.row-changed"]),
        ("UPDATE audit_rows SET tag = 'proof-refused' WHERE sequence = 2", ["audit.row-changed"]),
        ("DELETE FROM audit_rows WHERE sequence = 2", ["audit.row-missing"]),
        ("UPDATE audit_rows SET sequence = 9 WHERE sequence = 2", ["audit.row-missing"]),
        ("DELETE FROM audit_leaves WHERE position = 1", ["audit.row-missing"]),
        ("UPDATE audit_rows SET at = at + 1 WHERE partition = 'house'", ["audit.rows-differ"]),
        ("DELETE FROM audit_rows WHERE partition = 'house'", ["audit.count-differs"]),
        ("DELETE FROM audit_checkpoints WHERE size = 4", ["audit.checkpoint-missing"]),
        ("DELETE FROM audit_checkpoints WHERE size = 5", ["audit.cut-short"]),
    ],
)
def test_work_on_the_database_is_found_in_the_export(
    bench: Bench, store: SqlStore, statement: str, codes: list[str]
) -> None:
    append(store, *["a" * 64] * 3, "house")
    make_checkpoints(bench.store, KEY, bench.clock)
    append(store, "house b")
    make_checkpoints(bench.store, KEY, bench.clock)
    with store.begin() as records:
        kept = records.checkpoints()[-1]
    run(store, statement)
    found = verify(export(bench.store, KEY.public_key()), key=KEY.public_key(), since=kept).findings
    assert [one.code for one in found] == codes


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_rows SET tag = 'party' WHERE sequence = 2",
        "UPDATE audit_rows SET attributes = '[]x' WHERE sequence = 2",
        "UPDATE audit_rows SET attributes = '7' WHERE sequence = 2",
        "UPDATE audit_rows SET previous = 'x' WHERE sequence = 2",
        """UPDATE audit_rows SET attributes = '{"name":"x"}' WHERE sequence = 2""",
    ],
)
def test_row_that_spells_nothing_ends_the_export_with_an_error_of_ours(
    bench: Bench, store: SqlStore, statement: str
) -> None:
    append(store, *["a" * 64] * 3)
    make_checkpoints(bench.store, KEY, bench.clock)
    run(store, statement)
    with pytest.raises(ServiceTrouble) as trouble:
        list(export(bench.store, KEY.public_key()))
    assert trouble.value.code in {"store.damaged", "audit.not-allowed"}


def test_tags_fit_their_column() -> None:
    assert max(len(tag.value) for tag in Tag) <= 24
