"""What every part of the store does with a connection: read a row, move one, insert one."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, CursorResult, RowMapping, Table, Update, select
from sqlalchemy.dialects import postgresql, sqlite

from kaijo.errors import ServiceTrouble
from kaijo.service.store.rows import Row

_Value = TypeVar("_Value")


class Statements:
    """Statements inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def row(self, table: Table, where: ColumnElement[bool]) -> RowMapping | None:
        """Return the one row, None when there is none."""
        return self.connection.execute(select(table).where(where)).mappings().one_or_none()

    def moves(self, statement: Update) -> bool:
        """Return whether the update changed exactly one row."""
        return count(self.connection.execute(statement)) == 1

    def inserts(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert a row; return False when the table's keys do not allow it."""
        # Not a try with a savepoint around it: that would be three statements where one does. Both dialects spell it
        # alike.
        server = self.connection.dialect.name == "postgresql"
        made = postgresql.insert(table) if server else sqlite.insert(table)
        # Without the option SQLAlchemy has no count to give after an insert.
        quiet = made.values(row).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return count(self.connection.execute(quiet)) == 1


def count(result: CursorResult[Any]) -> int:
    """Return how many rows a statement changed."""
    return result.rowcount


def read(make: Callable[[Row], _Value], row: RowMapping) -> _Value:
    """Return what `make` makes of a row. Raises ServiceTrouble `store.damaged` when it spells no value of ours."""
    try:
        return make({str(name): value for name, value in row.items()})
    except (ValueError, TypeError, OverflowError):
        # An unknown state, odd hexadecimal, a time out of the calendar.
        raise ServiceTrouble("store.damaged") from None
