"""The limits' part of the store's port in SQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, delete, func, insert, inspect, select

from kaijo.reset.records import TerminalSession
from kaijo.service.store.limit_schema import failed_channels, limit_marks
from kaijo.service.store.rows import moment, ticks
from kaijo.service.store.statements import Statements, same

_MARKS: Final = select(limit_marks.c.name, limit_marks.c.mark).where(same(limit_marks, "subject"))
_DROP_MARKS: Final = delete(limit_marks).where(same(limit_marks, "subject"))
COUNT_FAILED: Final = select(func.count()).select_from(failed_channels).where(same(failed_channels, "pseudonym"))
_FORGET_FAILED: Final = delete(failed_channels).where(same(failed_channels, "pseudonym"))
_READY: Final[WeakSet[Engine]] = WeakSet()


class SqlLimits(Statements):
    """The rows of limits; see `kaijo.reset.limit_ports.LimitRecords` for what each method promises.

    On a schema from before step 0004 nothing is kept, and so nothing is limited here.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._failed: dict[str, int] = {}

    def _is_ready(self) -> bool:
        engine = self.connection.engine
        if engine not in _READY and inspect(self.connection).has_table(failed_channels.name):
            _READY.add(engine)
        return engine in _READY

    def marks(self, subject: str) -> dict[str, datetime]:
        """Return the subject's marks."""
        if not self._is_ready():
            return {}
        return {name: moment(mark) for name, mark in self.connection.execute(_MARKS, {"is_subject": subject})}

    def put_marks(self, subject: str, marks: Mapping[str, datetime]) -> None:
        """Keep the subject's marks."""
        if not self._is_ready():
            return
        self.connection.execute(_DROP_MARKS, {"is_subject": subject})
        rows = [{"subject": subject, "name": name, "mark": ticks(mark)} for name, mark in marks.items()]
        self.connection.execute(insert(limit_marks), rows)

    def drop_marks(self, before: datetime) -> None:
        """Forget the old marks."""
        if self._is_ready():
            self.connection.execute(delete(limit_marks).where(limit_marks.c.mark < ticks(before)))

    def add_failed_channel(self, session: TerminalSession, at: datetime) -> bool:
        """Note a failed channel, once for a session."""
        row = {"pseudonym": session.pseudonym, "session": session.id, "at": ticks(at)}
        self._failed.pop(session.pseudonym, None)
        return self._is_ready() and self.inserts(failed_channels, row)

    def count_failed_channels(self, pseudonym: str) -> int:
        """Return how many failed."""
        if not self._is_ready():
            return 0
        if pseudonym not in self._failed:
            found = self.connection.execute(COUNT_FAILED, {"is_pseudonym": pseudonym})
            self._failed[pseudonym] = int(found.scalar_one())
        return self._failed[pseudonym]

    def forget_failed_channels(self, pseudonym: str) -> None:
        """Forget the card's failed channels."""
        if self.count_failed_channels(pseudonym):
            self.connection.execute(_FORGET_FAILED, {"is_pseudonym": pseudonym})
            self._failed.pop(pseudonym)

    def failed_channels(self, least: int) -> tuple[tuple[str, datetime], ...]:
        """Return the cards with so many or more."""
        if not self._is_ready():
            return ()
        last = func.max(failed_channels.c.at)
        found = (
            select(failed_channels.c.pseudonym, last)
            .group_by(failed_channels.c.pseudonym)
            .having(func.count() >= least)
            .order_by(last.desc(), failed_channels.c.pseudonym)
        )
        return tuple((name, moment(at)) for name, at in self.connection.execute(found))

    def note_stopped(self, pseudonym: str) -> None:
        """Leave no row: the audit trail is where this is noted."""

    def note_released(self, pseudonym: str) -> None:
        """Leave no row: the audit trail is where this is noted."""
