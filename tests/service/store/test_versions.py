"""Old and new programs on one database: what each finds, what is refused, and that the steps lead where they should."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from kaijo.errors import ServiceTrouble
from kaijo.service.store.database import SqlStore
from kaijo.service.store.schema import TABLES
from kaijo.service.store.upkeep import bring_up_to_date, look_at
from kaijo.service.store.versions import CONTRACT, NEWEST, OLDEST
from tests.reset.bench import SIGNATURE, Bench
from tests.reset.trails import audited_bench, is_chained, read_all
from tests.service.store.record import RECORDED, frozen, thawed
from tests.support.engines import ENGINES, SQLITE, Database, MakeDatabase


@pytest.fixture(params=ENGINES)
def bare(request: pytest.FixtureRequest, make_database: MakeDatabase) -> Iterator[Database]:
    """Give a database without a single table."""
    database = make_database(str(request.param))
    clear(database)
    yield database
    clear(database)
    bring_up_to_date(database.place)


def clear(database: Database) -> None:
    raw = database.raw()
    with raw.begin() as connection:
        for name in reversed([*TABLES.tables, "alembic_version", "songs"]):
            cascade = "" if database.engine == SQLITE else " cascade"
            connection.execute(text(f"drop table if exists {name}{cascade}"))
    raw.dispose()


def run(database: Database, *statements: str) -> None:
    raw = database.raw()
    with raw.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    raw.dispose()


def make_by_hand(database: Database) -> None:
    """Make the tables as the last program did that knew no steps."""
    dialect = "sqlite" if database.engine == SQLITE else "postgresql"
    run(database, *(RECORDED / f"0001.{dialect}.sql").read_text().rstrip().rstrip(";").split(";\n\n"))


def walk(store: SqlStore) -> Bench:
    """Go the whole way to a reset, and write it down."""
    bench = audited_bench(store)
    bench.reserve()
    opened = bench.grant()
    bench.finish(opened, bench.reset(SIGNATURE))
    return bench


def differences(raw: Engine) -> list[Any]:
    with raw.begin() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), TABLES)
    raw.dispose()
    return [one for one in found if "alembic_version" not in repr(one)]


def test_steps_lead_to_the_tables_of_this_program(bare: Database) -> None:
    bring_up_to_date(bare.place)
    assert differences(bare.raw()) == []
    before, after = bring_up_to_date(bare.place)
    assert before == after
    assert (after.step, after.contract, after.state) == (NEWEST, CONTRACT, "current")


def test_first_step_makes_what_was_made_by_hand(bare: Database) -> None:
    bring_up_to_date(bare.place, to=OLDEST)
    first = differences(bare.raw())
    clear(bare)
    make_by_hand(bare)
    assert repr(differences(bare.raw())) == repr(first)
    walk_on_after(bare)


def walk_on_after(database: Database) -> None:
    """Go on with the rows of the program that knew no steps."""
    run(
        database,
        "insert into challenges values ('c', 'reserve', 'signature', 9223372036854, null)",
        "insert into audit_unsealed values ('p', 0)",
    )
    assert look_at(database.place).state == "too-old"
    bring_up_to_date(database.place)
    store = database.store()
    with store.begin() as records:
        assert records.find_challenge("c") is not None
    walk(store)


def test_this_program_works_on_every_schema_since_the_oldest(bare: Database) -> None:
    bring_up_to_date(bare.place, to=OLDEST)
    added = differences(bare.raw())
    store = bare.store()
    if bare.engine == SQLITE:
        # SQLite takes the steps at the start; they are taken back under the feet of the program.
        run(bare, *(f"drop index {one[1].name}" for one in added if one[0] == "add_index"))
        run(bare, *(f"drop table {one[1].name}" for one in added if one[0] == "add_table"))
    assert repr(differences(bare.raw())) == repr(added)
    assert is_chained(read_all(walk(store).store))


def test_program_of_before_works_on_this_schema(bare: Database) -> None:
    """Its statements were recorded: said again on the schema of today they change and give the same."""
    bring_up_to_date(bare.place)
    dialect = "sqlite" if bare.engine == SQLITE else "postgresql"
    raw = bare.raw()
    told = []
    recorded = [json.loads(line) for line in (RECORDED / f"0001.{dialect}.jsonl").read_text().splitlines()]
    with raw.begin() as connection:
        for one in recorded:
            parameters = thawed(one["parameters"])
            result = connection.exec_driver_sql(one["statement"], parameters)
            told.append(frozen([list(row) for row in result] if result.returns_rows else result.rowcount))
    raw.dispose()
    assert told == [one["told"] for one in recorded]


@pytest.mark.parametrize("engine", ENGINES)
def test_newer_schema_of_the_same_contract_is_welcome(make_database: MakeDatabase, engine: str) -> None:
    database = make_database(engine)
    SqlStore(database.place).close()
    run(database, "update alembic_version set version_num = '9999'")
    walk(database.store())
    assert look_at(database.place).state == "newer"
    run(database, f"update alembic_version set version_num = '{NEWEST}'")  # noqa: S608


@pytest.mark.parametrize("engine", ENGINES)
def test_contract_of_later_is_refused(make_database: MakeDatabase, engine: str) -> None:
    database = make_database(engine)
    SqlStore(database.place).close()
    run(database, "update schema_versions set version = 99")
    with pytest.raises(ServiceTrouble) as trouble:
        SqlStore(database.place)
    assert trouble.value.diagnostics() == {"code": "store.version", "data": {"found": 99, "wanted": CONTRACT}}
    with pytest.raises(ServiceTrouble) as trouble:
        bring_up_to_date(database.place)
    assert trouble.value.code == "store.version"
    run(database, f"update schema_versions set version = {CONTRACT}")  # noqa: S608


def test_somebody_elses_database_is_refused(bare: Database) -> None:
    run(bare, "create table songs (name text)")
    for act in (lambda: SqlStore(bare.place), lambda: bring_up_to_date(bare.place)):
        with pytest.raises(ServiceTrouble) as trouble:
            act()
        assert trouble.value.code == "store.version"
    assert look_at(bare.place).state == "foreign"


def test_server_is_brought_up_to_date_by_its_operator_alone(bare: Database) -> None:
    if bare.engine == SQLITE:
        SqlStore(bare.place).close()
        assert look_at(bare.place).state == "current"
        return
    with pytest.raises(ServiceTrouble) as trouble:
        SqlStore(bare.place)
    assert trouble.value.diagnostics() == {"code": "store.too-old", "data": {"found": "-", "wanted": OLDEST}}
    assert look_at(bare.place).state == "empty"


def test_file_of_the_first_version_of_all_is_brought_up_to_date(tmp_path: Path) -> None:
    database = Database(SQLITE, tmp_path / "service.sqlite3")
    make_by_hand(database)
    columns = {"reservations": ("act", "case_id"), "sessions": ("act", "place")}
    run(
        database,
        *(f"alter table {table} drop column {column}" for table, names in columns.items() for column in names),
        *(f"drop table {table}" for table in ("sign_ins", "clerks", "asked", "cases", "journal")),
        "update schema_versions set version = 1",
    )
    walk(database.store())
    database.close()
    assert differences(database.raw()) == []
