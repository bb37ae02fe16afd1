"""A PostgreSQL server of the benchmark's own: durable as in service, on a socket in a folder that goes with it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
USER = "postgres"
_PATIENCE = 60


@contextmanager
def postgres() -> Iterator[str]:
    """Run a fresh server, with every commit on the disk, and give the address of its database."""
    if not PROGRAMS.exists():
        raise SystemExit("PostgreSQL 15 is not installed (Debian: postgresql-15)")
    folder = Path(tempfile.mkdtemp(prefix="kaijo-bench-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        shutil.chown(folder, USER, USER)
        as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--pdeathsig=INT"]
    make = ["-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*as_user, PROGRAMS / "initdb", *make], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    settings = ["-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=512MB"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*as_user, PROGRAMS / "postgres", "-D", folder / "data", "-k", folder, *settings],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        _wait(folder)
        yield f"postgresql://{USER}@/{USER}?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(_PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(host=str(folder), user=USER, dbname=USER).close()
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
