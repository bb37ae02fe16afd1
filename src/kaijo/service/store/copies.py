"""A copy of the whole database at one instant, taken while others write; and putting such a copy where nothing is.

SQLite copies itself. For PostgreSQL its own programs do it (`pg_dump`, `pg_restore`), which find the password as any
client does. A copy belongs to its owner alone.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from kaijo.errors import ServiceTrouble, UsageProblem

SQLITE_COPY: Final = "service.sqlite3"
POSTGRES_COPY: Final = "service.pgdump"
_OWNER_ONLY: Final = 0o600


def copy_database(database: Path | URL, folder: Path) -> Path:
    """Write the copy into `folder` and return its file, on the disk.

    Raises ServiceTrouble `store.damaged`, `backup.no-program` (program), `backup.failed` (reason).
    """
    copy = folder / (POSTGRES_COPY if isinstance(database, URL) else SQLITE_COPY)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    if isinstance(database, URL):
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={copy}", f"--dbname={_libpq(database)}")
    else:
        _copy_sqlite(database, copy)
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    return copy


def put_back(copy: Path, database: Path | URL) -> None:
    """Put a copy where no database is: a path that is free, or an empty database of a server.

    Raises UsageProblem `backup.not-free` (place), `backup.other-engine`, and ServiceTrouble as `copy_database`.
    """
    if isinstance(database, URL) != (copy.name == POSTGRES_COPY):
        raise UsageProblem("backup.other-engine")
    if isinstance(database, Path):
        if database.exists():
            raise UsageProblem("backup.not-free", place=str(database))
        shutil.copyfile(copy, database)
        database.chmod(_OWNER_ONLY)
        return
    place = _libpq(database)
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    if _run("psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={tables}", f"--dbname={place}") != "0":
        raise UsageProblem("backup.not-free", place=place)
    _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={place}", str(copy))


def _copy_sqlite(database: Path, copy: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            # One file is a copy; a file with others beside it is half of one.
            target.execute("PRAGMA journal_mode=DELETE").fetchall()
    except sqlite3.Error:
        raise ServiceTrouble("store.damaged") from None


def _libpq(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string()


def _run(program: str, *words: str) -> str:
    if shutil.which(program) is None:
        raise ServiceTrouble("backup.no-program", program=program)
    done = subprocess.run([program, "--no-password", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceTrouble("backup.failed", reason=done.stderr.strip().partition("\n")[0])
    return done.stdout.strip()
