"""A database that says no: a real store that is struck at random calls and commits, as the seed has it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import text

from kaijo.errors import ServiceTrouble
from kaijo.service.store.database import SqlStore
from kaijo.service.store.records import SqlRecords

_CONFLICT = "do $$ begin raise exception 'struck' using errcode = '40001'; end $$"
_DROP = "select pg_terminate_backend(pg_backend_pid())"


@dataclass
class FaultyStore:
    """Strikes one call in `1 / rate`, and as many commits, before them or after.

    On a server the transaction really fails with SQLSTATE 40001, or its connection is really ended; on SQLite, which
    has neither, the error is only raised. After a commit the answer is lost: the rows are there, and nobody is told.
    """

    store: SqlStore
    random: Random
    rate: float
    struck: dict[str, int] = field(default_factory=dict)

    def begin(self) -> AbstractContextManager[Any]:
        """Open one transaction, which may be struck."""
        return self._struck(self.store.begin())

    def look(self) -> AbstractContextManager[Any]:
        """Open one that only reads, which may be struck as well."""
        return self._struck(self.store.look())

    @contextmanager
    def _struck(self, transaction: AbstractContextManager[SqlRecords]) -> Iterator[Any]:
        with transaction as records:
            yield _Struck(records, lambda: self._strike(records))
            self._strike(records)
        if self._is_struck("after"):
            raise ServiceTrouble("store.unsure")

    def close(self) -> None:
        """Let the database go."""
        self.store.close()

    def _is_struck(self, how: str) -> bool:
        hit = self.random.random() < self.rate
        self.struck[how] = self.struck.get(how, 0) + hit
        return hit

    def _strike(self, records: SqlRecords) -> None:
        server = records.connection.dialect.name == "postgresql"
        for how, statement, code in (("conflict", _CONFLICT, "store.busy"), ("drop", _DROP, "store.unsure")):
            if self._is_struck(how):
                if server:
                    records.connection.execute(text(statement))
                raise ServiceTrouble(code)


class _Struck:
    def __init__(self, records: SqlRecords, strike: Callable[[], None]) -> None:
        self._records = records
        self._strike = strike
        self.connection = records.connection

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._records, name)

        def struck(*arguments: object, **named: object) -> object:
            self._strike()
            return method(*arguments, **named)

        return struck
