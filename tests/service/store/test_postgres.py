from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from kaijo.errors import ServiceTrouble
from kaijo.service.store.database import SqlStore
from tests.reset.bench import Bench
from tests.support.engines import MakeDatabase
from tests.support.postgres import SERVERS, Server, Servers


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    return servers.get(str(request.param))


@pytest.fixture(params=SERVERS)
def store(request: pytest.FixtureRequest, make_database: MakeDatabase) -> SqlStore:
    return make_database(str(request.param)).store()


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(ServiceTrouble) as trouble:
        act()
    return trouble.value.code


def test_every_transaction_is_serialisable_and_on_the_disk(store: SqlStore) -> None:
    with store.begin() as records:
        asked = text("select current_setting('transaction_isolation'), current_setting('application_name')")
        assert tuple(records.connection.execute(asked).one()) == ("serializable", "kaijo")


def test_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(ServiceTrouble) as trouble:
        SqlStore(URL.create("postgresql", "kaijo", database="kaijo", query={"host": str(tmp_path)}))
    assert trouble.value.code == "store.unreachable"
    assert str(tmp_path) in str(trouble.value.data["reason"])


def test_server_without_that_database_is_unreachable(server: Server) -> None:
    assert code_of(lambda: SqlStore(server.url("nowhere"))) == "store.unreachable"


def test_two_that_were_in_one_anothers_way_are_busy(store: SqlStore) -> None:
    made = Bench(store=store).reserve()

    def cross() -> None:
        with store.begin() as one:
            one.reservations(made.pseudonym)
            with store.begin() as other:
                other.move_reservation(made, made.replaced())
            one.move_reservation(made, made.cancelled())

    assert code_of(cross) == "store.busy"
    with store.begin() as records:
        assert records.reservations(made.pseudonym) == (made.replaced(),)


def test_connection_that_was_ended_is_unsure_and_the_next_one_works(store: SqlStore) -> None:
    def end_oneself() -> None:
        with store.begin() as records:
            records.connection.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    assert code_of(end_oneself) == "store.unsure"
    Bench(store=store).reserve()


def test_server_that_takes_no_writes_is_unsure(store: SqlStore) -> None:
    def write() -> None:
        with store.begin() as records:
            records.connection.execute(text("set transaction read only"))
            records.connection.execute(text("delete from challenges"))

    assert code_of(write) == "store.unsure"


def test_unknown_statement_is_damage(store: SqlStore) -> None:
    def ask() -> None:
        with store.begin() as records:
            records.connection.execute(text("select * from nothing"))

    assert code_of(ask) == "store.damaged"


def test_password_is_taken_from_a_file_and_a_wrong_one_is_told_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    with closing(server.admin()) as admin:
        admin.execute("drop role if exists walker")
        admin.execute("create role walker login password 'right'")
        rule = server.folder / "data" / "pg_hba.conf"
        before = rule.read_text()
        rule.write_text("local all walker scram-sha-256\n" + before)
        admin.execute("select pg_reload_conf()")
        address = URL.create("postgresql", "walker", database="nowhere", query={"host": str(server.folder)})
        told = []
        for password in ("wrong", "right"):
            kept = tmp_path / password
            kept.write_text(f"*:*:*:walker:{password}\n")
            kept.chmod(0o600)
            monkeypatch.setenv("PGPASSFILE", str(kept))
            with pytest.raises(ServiceTrouble) as trouble:
                SqlStore(address)
            told.append(str(trouble.value.data["reason"]))
        rule.write_text(before)
        admin.execute("select pg_reload_conf()")
        admin.execute("drop role walker")
    assert "password authentication failed" in told[0]
    assert "wrong" not in told[0]
    assert "does not exist" in told[1]
