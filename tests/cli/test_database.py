import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kaijo.service.store.versions import CONTRACT, NEWEST
from tests.docs.test_schemas import complaints
from tests.support.command import CommandLine
from tests.support.postgres import NEWER, Servers

EMPTY = {"state": "empty", "step": None, "newest": NEWEST, "contract": None}
CURRENT = {"state": "current", "step": NEWEST, "newest": NEWEST, "contract": CONTRACT}


def test_file_is_looked_at_without_a_change_and_brought_up_to_date(kaijo: CommandLine, tmp_path: Path) -> None:
    where = ("--data", str(tmp_path), "--json")
    assert (kaijo("database", "status", *where).json(), list(tmp_path.iterdir())) == (EMPTY, [])
    assert kaijo("database", "upgrade", *where).json() == {"before": EMPTY, "after": CURRENT}
    told = kaijo("database", "status", *where)
    assert (told.code, told.json(), complaints("database", told.json())) == (0, CURRENT, [])


def test_server_is_not_usable_before_its_operator_says_so(
    kaijo: CommandLine, tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers.get(NEWER)
    with server.admin() as admin:
        admin.execute("create database by_command")
    monkeypatch.setenv("KAIJO_DATABASE", f"postgresql://postgres@/by_command?host={server.folder}")
    monkeypatch.setenv("KAIJO_HOME", str(tmp_path))
    assert kaijo("database", "status", "--lang", "en").code == 1
    refused = kaijo("serve", "--port", "1", "--lang", "en")
    assert (refused.code, "kaijo database upgrade" in refused.err) == (5, True)
    assert kaijo("database", "upgrade", "--lang", "en").out == f"From step - to {NEWEST}.\n"
    assert kaijo("database", "status", "--lang", "en").out == f"The database is up to date (step {NEWEST}).\n"
    with server.admin() as admin:
        admin.execute("drop database by_command")


def test_password_in_the_address_is_refused_before_anything_is_done(kaijo: CommandLine, tmp_path: Path) -> None:
    told = kaijo("database", "status", "--database", "postgresql://kaijo:hidden@db/kaijo", "--data", str(tmp_path))
    assert (told.code, "hidden" in told.out + told.err, list(tmp_path.iterdir())) == (2, False, [])


def test_rows_that_are_over_are_taken_away_and_the_act_is_written_down(kaijo: CommandLine, tmp_path: Path) -> None:
    where = ("--data", str(tmp_path), "--json")
    kaijo("database", "upgrade", *where)
    told = kaijo("database", "prune", *where)
    assert (set(told.json()["deleted"].values()), complaints("pruned", told.json())) == ({0}, [])
    with closing(sqlite3.connect(tmp_path / "service.sqlite3")) as raw, raw:
        raw.execute("insert into challenges values ('old', 'reserve', 'signature', 1, null)")
    assert kaijo("database", "prune", *where).json()["deleted"]["challenges"] == 1
    assert kaijo("database", "prune", *where[:2], "--lang", "en").out == "Took away 0 rows that were over.\n"
    with closing(sqlite3.connect(tmp_path / "service.sqlite3")) as raw, raw:
        assert raw.execute("select tag, attributes from audit_rows").fetchall() == [
            ("operator-act", '{"deed":"rows-pruned"}')
        ]
