"""What every part of the store does with a connection: read a row, move one, insert one.

What is asked often is a statement made once, with the names of what it is given: making one anew costs several times
what it takes to send it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Insert,
    RowMapping,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    select,
)
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
        return self.one(select(table).where(where))

    def one(self, statement: Select[Any], given: Row | None = None) -> RowMapping | None:
        """Return the one row, None when there is none."""
        return self.connection.execute(statement, given).mappings().one_or_none()

    def moves(self, statement: Update, given: Row | None = None) -> bool:
        """Return whether the update changed exactly one row."""
        return count(self.connection.execute(statement, given)) == 1

    def inserts(self, table: Table, row: Row) -> bool:
        """Insert a row; return False when the table's keys do not allow it."""
        return count(self.connection.execute(_insert_if_free(table, self.connection.dialect.name), row)) == 1


def same(table: Table, *names: str) -> ColumnElement[bool]:
    """Return the condition that these columns have the values given as `is_` and their name."""
    return and_(*(table.c[name] == bindparam(f"is_{name}") for name in names))


def count(result: CursorResult[Any]) -> int:
    """Return how many rows a statement changed."""
    return result.rowcount


def read(make: Callable[[Row], _Value], row: Mapping[Any, Any]) -> _Value:
    """Return what `make` makes of a row. Raises ServiceTrouble `store.damaged` when it spells no value of ours."""
    try:
        return make(row)
    except (ValueError, TypeError, OverflowError):
        # An unknown state, odd hexadecimal, a time out of the calendar.
        raise ServiceTrouble("store.damaged") from None


@cache
def _insert_if_free(table: Table, dialect: str) -> Insert:
    # Not a try with a savepoint around it: that would be three statements where one does. Both dialects spell it alike.
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    # Without the option SQLAlchemy has no count to give after an insert.
    return made.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
