import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from kaijo.errors import ServiceTrouble
from kaijo.service.store.database import SqlStore
from kaijo.service.store.schema import TABLES
from tests.reset.bench import LIFE, SIGNATURE, Bench


def code_of_opening(path: Path) -> str:
    with pytest.raises(ServiceTrouble) as trouble:
        SqlStore(path)
    return trouble.value.code


def settings_of(store: SqlStore) -> list[object]:
    with store._opened.engine.begin() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in names]


def test_store_keeps_what_it_was_told_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    store = SqlStore(path)
    made = Bench(store=store).reserve()
    store.close()
    store = SqlStore(path)
    with store.begin() as records:
        assert records.reservations(made.pseudonym) == (made,)
    store.close()


def test_store_writes_through_and_keeps_its_keys(tmp_path: Path) -> None:
    store = SqlStore(tmp_path / "service.db")
    assert settings_of(store) == ["wal", 2, 1]
    store.close()


def test_store_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    store = SqlStore(path)
    Bench(store=store).reserve()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    store.close()


def test_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = SqlStore(tmp_path / "service.db")
    bench = Bench(store=store)
    made = bench.reserve()

    def move_and_fail() -> None:
        with store.begin() as records:
            assert records.move_reservation(made, made.replaced())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        move_and_fail()
    assert bench.reservations() == (made,)
    store.close()


def test_store_in_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE songs (name TEXT)")
    assert code_of_opening(path) == "store.version"


def test_store_that_is_damaged_or_out_of_reach_says_so(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.db"
    rubbish.write_bytes(b"rubbish " * 1000)
    assert code_of_opening(rubbish) == "store.damaged"
    assert code_of_opening(tmp_path) == "store.unwritable"
    assert code_of_opening(tmp_path / "nowhere" / "service.db") == "store.unwritable"


def test_store_damaged_in_service_says_so(tmp_path: Path) -> None:
    store = SqlStore(tmp_path / "service.db")
    bench = Bench(store=store)
    bench.reserve()
    for change in ("state = 'sleeping'", "state = 'live', id = 'zz'", "id = 'ab', expires_at = 9223372036854775807"):
        with closing(sqlite3.connect(tmp_path / "service.db")) as raw, raw:
            raw.execute(f"UPDATE reservations SET {change}")  # noqa: S608
        with pytest.raises(ServiceTrouble) as trouble:
            bench.reservations()
        assert trouble.value.code == "store.damaged"
    with closing(sqlite3.connect(tmp_path / "service.db")) as raw, raw:
        raw.execute("DROP TABLE challenges")
    with pytest.raises(ServiceTrouble) as trouble:
        bench.challenge()
    assert trouble.value.code == "store.damaged"
    store.close()


def test_store_that_another_program_holds_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaijo.service.store.sqlite._BUSY_SECONDS", 0)
    store = SqlStore(tmp_path / "service.db")
    with closing(sqlite3.connect(tmp_path / "service.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ServiceTrouble) as trouble, store.begin():
            pass
    assert trouble.value.code == "store.busy"
    store.close()


def test_keys_of_every_table_of_a_card_begin_with_its_pseudonym() -> None:
    first = {name: next(iter(table.primary_key.columns)).name for name, table in TABLES.tables.items()}
    assert first == {
        "schema_versions": "version",
        "audit_checkpoints": "size",
        "audit_leaves": "position",
        "audit_rows": "partition",
        "audit_unsealed": "partition",
        "challenges": "id",
        "reservations": "pseudonym",
        "sessions": "pseudonym",
        "answers": "pseudonym",
        "grants": "pseudonym",
        "clerks": "id",
        "sign_ins": "digest",
        "tickets": "day",
        "ticket_wishes": "day",
        "cases": "pseudonym",
        "asked": "pseudonym",
        "letters": "pseudonym",
        "journal": "day",
        "refusals": "day",
        "face_checks": "pseudonym",
        "face_tries": "subject",
        "face_pictures": "pseudonym",
        "terminals": "id",
        "terminal_numbers": "terminal",
        "limit_marks": "subject",
        "failed_channels": "pseudonym",
    }


def test_database_of_a_whole_walk_names_nobody(tmp_path: Path) -> None:
    store = SqlStore(tmp_path / "service.db")
    bench = Bench(store=store)
    bench.reserve()
    opened = bench.grant()
    bench.finish(opened, bench.reset(SIGNATURE))
    bench.clock.advance(LIFE)
    store.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (b"KAIJO00001", b"NEW123", b"ABC123", b"1234\0", bytes(range(32))):
        assert secret not in raw
        assert secret.hex().encode() not in raw.lower()
    assert bench.pseudonym.encode() in raw


def test_opening_a_second_time_loses_nothing_when_another_program_looks_in(tmp_path: Path) -> None:
    # Closing any handle of a file drops every lock that the process has on it; then whoever closes last takes the
    # write-ahead log away under the one who still writes to it.
    path = tmp_path / "service.db"
    store = SqlStore(path)
    SqlStore(path).close()
    look = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('select count(*) from reservations').fetchall()"
    subprocess.run([sys.executable, "-c", look, str(path)], check=True)
    made = Bench(store=store).reserve()
    reopened = SqlStore(path)
    with reopened.begin() as records:
        assert records.reservations(made.pseudonym) == (made,)
    reopened.close()
    store.close()
