"""Where a database is: a file's path, or the address of a PostgreSQL server, without its password."""

from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from kaijo.errors import UsageProblem

Place: TypeAlias = Path | URL

_SERVERS: Final = frozenset({"postgres", "postgresql"})
_SECRETS: Final = frozenset({"password", "sslpassword"})


def read_address(text: str) -> Place:
    """Return the file, or the server, that `text` names: a path, `sqlite:///PATH` or `postgresql://…`.

    Raises UsageProblem `usage.database-password` for an address with a password in it, since every program on the
    machine can read the arguments of every other, and `usage.database` for anything else.
    """
    if "://" not in text:
        return Path(text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageProblem("usage.database") from None
    if url.password is not None or _SECRETS & set(url.query):
        raise UsageProblem("usage.database-password")
    if url.drivername == "sqlite" and url.database and not url.query:
        return Path(url.database)
    if url.drivername not in _SERVERS:
        raise UsageProblem("usage.database")
    return url
