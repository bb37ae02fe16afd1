"""The service's database, for its operator."""

from pathlib import Path
from typing import TYPE_CHECKING

from kaijo.app.folders import make_folder
from kaijo.errors import ServiceTrouble

if TYPE_CHECKING:
    from kaijo.service.store.address import Place
    from kaijo.service.store.versions import Standing

DATABASE = "service.sqlite3"


def database_place(data: Path, database: str | None) -> "Place":
    """Return where the database is: at the path or address that was named, else in `data`.

    Raises UsageProblem `usage.database`, `usage.database-password`.
    """
    from kaijo.service.store.address import read_address

    return data / DATABASE if database is None else read_address(database)


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
