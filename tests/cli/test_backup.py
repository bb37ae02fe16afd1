"""Backup under load, restore elsewhere, verify; and life goes on with what was there before."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from kaijo import app
from kaijo.facts.pins import PinKind
from kaijo.processes import service_process
from kaijo.service.server import serving
from kaijo.terminals.client import ServiceClient
from tests.docs.test_schemas import complaints
from tests.support.canary import found
from tests.support.command import CommandLine
from tests.support.postgres import OLDER, running
from tests.support.world import NIGHT, World

PERSON = "signature-locked"
PHRASE = "a passphrase of some length"


def challenges(world: World, over: Event, made: list[str]) -> None:
    while not over.is_set():
        with ServiceClient(world.url) as phone:  # another one each time: a single phone would come to its limit
            made.append(str(phone.challenge(PinKind.SIGNATURE)["challenge_id"]))


@pytest.fixture
def phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "phrase"
    file.write_text(PHRASE)
    file.chmod(0o600)
    monkeypatch.setenv("KAIJO_PASSPHRASE_FILE", str(file))


@pytest.mark.usefixtures("phrase")
def test_backup_under_load_is_restored_and_the_reservation_in_it_is_used(
    world: World, kaijo: CommandLine, tmp_path: Path
) -> None:
    card = world.card(PERSON)
    world.reserve(card, PERSON)
    over, made = Event(), list[str]()
    load = Thread(target=challenges, args=(world, over, made))
    load.start()
    while len(made) < 5 and load.is_alive():
        pass
    copy = tmp_path / "copy"
    told = kaijo("backup", str(copy), "--data", str(world.data), "--secrets", "--json").json()
    assert complaints("backup", told) == []
    before = len(made)
    while len(made) == before and load.is_alive():
        pass
    over.set()
    load.join()
    assert (told["copy"], told["sealed"], sorted(told["checks"])) == ("service.sqlite3", True, ["veil.key"])
    assert {path.stat().st_mode & 0o077 for path in copy.iterdir()} == {0}
    veil = (world.data / "veil.key").read_bytes()
    assert [
        path.name for path in copy.iterdir() if veil in path.read_bytes() or veil.hex().encode() in path.read_bytes()
    ] == []

    data = tmp_path / "restored"
    told = kaijo("restore", str(copy), "--data", str(data), "--json").json()
    assert (told["sound"], told["missing"], told["flaws"], told["findings"]) == (True, [], {}, [])
    assert complaints("restore", told) == []
    with closing(sqlite3.connect(data / "service.sqlite3")) as rows:
        kept = rows.execute("SELECT count(*) FROM challenges").fetchone()[0]
    assert 5 <= kept <= len(made)
    with (
        serving(app.service(data, world.clock, face_required=False)) as world.url,
        ServiceClient(world.url) as world.client,
    ):
        assert world.reset(world.kiosk(card), PERSON) is PinKind.SIGNATURE
    assert kaijo("database", "check", "--data", str(data), "--json").json()["sound"] is True
    assert kaijo("restore", str(copy), "--data", str(data)).code == 2


def test_backup_without_secrets_says_what_is_missing(world: World, kaijo: CommandLine, tmp_path: Path) -> None:
    copy, data = tmp_path / "copy", tmp_path / "restored"
    assert kaijo("backup", str(copy), "--data", str(world.data)).code == 0
    assert sorted(path.name for path in copy.iterdir()) == ["backup.json", "service.sqlite3"]
    told = kaijo("restore", str(copy), "--data", str(data), "--json")
    assert (told.code, told.json()["missing"], told.json()["sound"]) == (1, ["veil.key"], None)
    assert complaints("restore", told.json()) == []
    assert sorted(path.name for path in data.iterdir()) == ["service.sqlite3"]


def damage(copy: Path, data: Path) -> str:
    with (copy / "service.sqlite3").open("ab") as file:
        file.write(b"x")
    assert not data.exists()
    return "backup.damaged"


def no_manifest(copy: Path, data: Path) -> str:
    (copy / "backup.json").unlink()
    assert not data.exists()
    return "backup.none"


def other_manifest(copy: Path, _data: Path) -> str:
    (copy / "backup.json").write_text('{"copy": "../../etc/passwd"}')
    return "backup.damaged"


def other_secret(_copy: Path, data: Path) -> str:
    data.mkdir()
    (data / "veil.key").write_bytes(bytes(32))
    (data / "veil.key").chmod(0o600)
    return "backup.other-secret"


def database_there(_copy: Path, data: Path) -> str:
    data.mkdir()
    (data / "service.sqlite3").write_bytes(b"mine")
    return "backup.not-free"


@pytest.mark.parametrize("wrong", [damage, no_manifest, other_manifest, other_secret, database_there])
def test_restore_refuses_and_changes_nothing(
    world: World, kaijo: CommandLine, tmp_path: Path, wrong: Callable[[Path, Path], str]
) -> None:
    copy, data = tmp_path / "copy", tmp_path / "restored"
    assert kaijo("backup", str(copy), "--data", str(world.data)).code == 0
    code = wrong(copy, data)
    before = {path.name: path.read_bytes() for path in data.glob("*")}
    ended = kaijo("restore", str(copy), "--data", str(data), "--json")
    assert ended.json()["error"]["code"] == code
    assert {path.name: path.read_bytes() for path in data.glob("*")} == before


def test_backup_refuses_a_folder_that_is_not_empty_and_a_place_without_a_service(
    world: World, kaijo: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    for folder, data, code in (("full", world.data, "backup.not-free"), ("new", tmp_path, "audit.no-trail")):
        ended = kaijo("backup", str(tmp_path / folder), "--data", str(data), "--json")
        assert (ended.code, ended.json()["error"]["code"]) == (2, code)


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ("UPDATE grants SET outcome = 'granted'", "used-without-grant"),
        ("UPDATE reservations SET state = 'expired'", "grant-without-use"),
        ("UPDATE reservations SET state = 'held', holder = 'nobody'", "held-by-nobody"),
        ("UPDATE reservations SET state = 'live'", "done-without-use"),
    ],
)
def test_verify_finds_rows_that_contradict_one_another(
    world: World, kaijo: CommandLine, change: str, flaw: str
) -> None:
    card = world.card(PERSON)
    world.reserve(card, PERSON)
    world.reset(world.kiosk(card), PERSON)
    assert kaijo("database", "check", "--data", str(world.data)).code == 0
    with closing(sqlite3.connect(world.data / "service.sqlite3")) as rows, rows:
        rows.execute(change)
    ended = kaijo("database", "check", "--data", str(world.data), "--json", "--clock", NIGHT.isoformat())
    assert (ended.code, ended.json()["sound"], flaw in ended.json()["flaws"]) == (1, False, True)
    assert complaints("database-check", ended.json()) == []
    assert found("KANARIE7", ended.out.encode()) == []


@contextmanager
def on_server(data: Path, database: str) -> Iterator[str]:
    """Have a service running as a process of its own, so that its connections end with it."""
    environment = {"KAIJO_DATABASE": database}
    with service_process(data=data, clock=NIGHT.isoformat(), environment=environment) as url:
        yield url


@pytest.mark.usefixtures("phrase")
def test_backup_of_postgresql_goes_into_an_empty_database_alone(
    world: World, kaijo: CommandLine, tmp_path: Path
) -> None:
    copy, data = tmp_path / "copy", tmp_path / "restored"
    with running(OLDER) as server:
        for name in ("one", "two"):
            with server.admin() as admin:
                admin.execute(f"CREATE DATABASE {name}")
        one, two = (server.url(name).render_as_string() for name in ("one", "two"))
        assert kaijo("database", "upgrade", "--data", str(tmp_path / "pg"), "--database", one).code == 0
        card = world.card(PERSON)
        with (
            on_server(tmp_path / "pg", one) as world.url,
            ServiceClient(world.url) as world.client,
        ):
            world.reserve(card, PERSON)
        made = kaijo("backup", str(copy), "--data", str(tmp_path / "pg"), "--database", one, "--secrets", "--json")
        assert made.json()["copy"] == "service.pgdump"
        assert kaijo("restore", str(copy), "--data", str(data), "--database", one).code == 2
        told = kaijo("restore", str(copy), "--data", str(data), "--database", two, "--json").json()
        assert (told["sound"], told["flaws"]) == (True, {})
        with (
            on_server(data, two) as world.url,
            ServiceClient(world.url) as world.client,
        ):
            assert world.reset(world.kiosk(card), PERSON) is PinKind.SIGNATURE
