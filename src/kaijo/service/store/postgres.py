"""PostgreSQL, or what speaks like it: every transaction is serialisable, and what its failures mean."""

from typing import Final

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from kaijo.errors import ServiceTrouble

_CONNECTIONS: Final = 16
_WAIT_SECONDS: Final = 20
# What the address does not say for itself. A machine that has gone without a word is noticed within seconds, and of
# several hosts only the one that may be written to is taken.
_MANNERS: Final = {
    "application_name": "kaijo",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
    "target_session_attrs": "read-write",
}
# By SQLSTATE, the longest beginning that fits. Class 40 is "try the transaction again", as the standard has it.
_MEANINGS: Final = {
    "": "store.damaged",
    "08": "store.unsure",  # connection exception
    "25006": "store.unsure",  # a standby: the connection is an old primary's
    "40": "store.busy",
    "40003": "store.unsure",  # statement completion unknown
    "42501": "store.unwritable",  # insufficient privilege
    "53": "store.busy",  # insufficient resources
    "53100": "store.unwritable",  # disk full
    "55P03": "store.busy",  # lock not available
    "57": "store.unsure",  # operator intervention: shutdown, terminated backend, cancelled query
    "58030": "store.unwritable",  # input/output error
}
_LOST: Final = frozenset({"25006"})


def open_postgres(url: URL) -> Engine:
    """Return an engine on PostgreSQL over psycopg 3; nothing is connected yet.

    Raises ServiceTrouble `store.no-extra` without the extra `postgres`.
    """
    arguments = {name: value for name, value in _MANNERS.items() if name not in url.query}
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="SERIALIZABLE",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_WAIT_SECONDS,
            connect_args=arguments,
        )
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("store.no-extra", module=missing.name or "") from None


def postgres_meaning(error: DBAPIError) -> str:
    """Return the code of our error that a failure of PostgreSQL is.

    `store.unsure` is a connection that was lost: whether the transaction was kept nobody on this side can know.
    """
    state = _sqlstate(error)
    if error.connection_invalidated or not state:
        return "store.unsure"
    return next(_MEANINGS[state[:size]] for size in range(len(state), -1, -1) if state[:size] in _MEANINGS)


def is_stale(error: DBAPIError) -> bool:
    """Return whether the other connections of the pool are as useless as the one that failed."""
    return _sqlstate(error) in _LOST


def _sqlstate(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
