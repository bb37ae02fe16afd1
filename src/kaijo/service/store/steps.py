"""Taking the steps of the schema with Alembic, which is loaded only when there are any to take."""

from functools import cache
from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_CONFIG: Final = Config()
_CONFIG.set_main_option("script_location", str(Path(__file__).parent / "migrations"))


def take_steps(connection: Connection, to: str) -> None:
    """Take every step that the database has not had, up to `to`, inside the caller's transaction."""
    steps = _steps()

    def missing(revision: object, _context: MigrationContext) -> object:
        return steps._upgrade_revs(to, revision)  # type: ignore[arg-type]  # noqa: SLF001 -- as alembic's own command does

    with EnvironmentContext(_CONFIG, steps, fn=missing, destination_rev=to) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()


@cache
def _steps() -> ScriptDirectory:
    return ScriptDirectory.from_config(_CONFIG)
