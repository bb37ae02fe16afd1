"""What an operator does to a database from outside: look how it stands, and take the steps that it is behind."""

from pathlib import Path

from sqlalchemy import URL

from kaijo.service.store.opened import Opened
from kaijo.service.store.versions import NEWEST, Standing, standing_of, upgrade


def look_at(database: Path | URL) -> Standing:
    """Return how a database stands; nothing is changed. Raises as `Opened` and its `begin`."""
    if isinstance(database, Path) and not database.exists():
        return Standing(step=None, contract=None, empty=True)
    opened = Opened(database)
    try:
        with opened.begin() as connection:
            return standing_of(connection)
    finally:
        opened.close()


def bring_up_to_date(database: Path | URL, *, to: str = NEWEST) -> tuple[Standing, Standing]:
    """Take every step that is missing, all or none, and return how it stood before and stands now.

    Programs at work meanwhile go on: a step only adds. Raises ServiceTrouble `store.version`, and as `look_at`.
    """
    opened = Opened(database)
    try:
        with opened.begin() as connection:
            return standing_of(connection), upgrade(connection, to=to)
    finally:
        opened.close()
