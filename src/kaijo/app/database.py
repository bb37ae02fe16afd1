"""The service's database, for its operator."""

import secrets
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from kaijo.app.folders import make_folder, secret
from kaijo.clock import Clock
from kaijo.errors import KaijoError, ServiceTrouble

if TYPE_CHECKING:
    from kaijo.reset.audit_ports import AuditStore
    from kaijo.reset.ports import Store
    from kaijo.service.store.address import Place
    from kaijo.service.store.versions import Standing

DATABASE = "service.sqlite3"
_DAY_SECONDS = 86_400


def database_place(data: Path, database: str | None) -> "Place":
    """Return where the database is: at the path or address that was named, else in `data`.

    Raises UsageProblem `usage.database`, `usage.database-password`.
    """
    from kaijo.service.store.address import read_address

    return data / DATABASE if database is None else read_address(database)


def let_go(store: "Store | AuditStore") -> None:
    """Let the database of a store go that a desk was given here. It opens again when somebody asks it after all."""
    from kaijo.service.store.audited import AuditedStore

    if isinstance(store, AuditedStore):
        store.close()


def database_status(data: Path, database: str | None) -> "Standing":
    """Return how the database stands, without a change. Raises ServiceTrouble `service.no-extra`, `store.…`."""
    try:
        from kaijo.service.store.upkeep import look_at
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("service.no-extra", module=missing.name or "") from None
    return look_at(database_place(make_folder(data), database))


def upgrade_database(data: Path, database: str | None) -> "tuple[Standing, Standing]":
    """Take the steps that are missing; return how it stood before and stands now. Raises as `database_status`."""
    try:
        from kaijo.service.store.upkeep import bring_up_to_date
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("service.no-extra", module=missing.name or "") from None
    return bring_up_to_date(database_place(make_folder(data), database))


def prune_database(data: Path, clock: Clock, database: str | None) -> dict[str, int]:
    """Take away the rows that are over; return how many of which table. Raises as `database_status`, and the store."""
    try:
        from kaijo.reset.again import again
        from kaijo.reset.scribe import Scribe
        from kaijo.reset.veil import Veil
        from kaijo.service.store.database import SqlStore
        from kaijo.service.store.retention import prune
    except ModuleNotFoundError as missing:
        raise ServiceTrouble("service.no-extra", module=missing.name or "") from None
    veil = Veil(secret(make_folder(data) / "veil.key"), randomness=secrets.token_bytes)
    with closing(SqlStore(database_place(data, database))) as store:
        gone = again(lambda: prune(store, clock.now()))
        if any(gone.values()):

            def note() -> None:
                with store.begin() as records:
                    records.add_audit(Scribe(veil, clock).operator_act("rows-pruned"))

            again(note)
    return gone


def keep_pruning(data: Path, clock: Clock, database: str | None) -> None:
    """Prune now and once a day, in a thread of its own, for as long as this process lives."""

    def work() -> None:
        while True:
            with suppress(KaijoError):  # a database in trouble says so at every request; tomorrow is early enough here
                prune_database(data, clock, database)
            Event().wait(_DAY_SECONDS)

    Thread(target=work, name="kaijo-prune", daemon=True).start()
