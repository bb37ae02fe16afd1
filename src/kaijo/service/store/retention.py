"""Taking away what is over and nobody can need any more, a batch at a time. The audit trail and the journal stay.

The keyed names of face pictures stay too: without a time of their own they are what an old picture is known by.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Connection, Delete, Select, Table, and_, bindparam, delete, exists, select

from kaijo.clock import JST
from kaijo.facts.database import retention
from kaijo.service.store.counter_schema import asked, cases, letters, sign_ins, ticket_wishes, tickets
from kaijo.service.store.face_schema import face_checks, face_tries
from kaijo.service.store.rows import ticks
from kaijo.service.store.schema import answers, challenges, grants, reservations, sessions

_MOST: Final = 500  # rows of one transaction


class _Begins(Protocol):
    def begin(self) -> AbstractContextManager[Any]: ...


def prune(store: _Begins, at: datetime, *, most: int = _MOST) -> dict[str, int]:
    """Take away what is over at `at` [fact: retention]; return how many rows of which table went.

    Doing it again, or in two places at once, is harmless. Raises as the store.
    """
    kept = retention()
    challenge, answer, visit = (ticks(at - span) for span in (kept.challenge, kept.answer, kept.visit))
    day = (at - kept.visit).astimezone(JST).date().isoformat()
    closed = and_(sessions.c.pseudonym == answers.c.pseudonym, sessions.c.id == answers.c.session)
    over: list[tuple[Table, ColumnElement[bool], Sequence[Delete]]] = [
        (challenges, challenges.c.expires_at <= challenge, ()),
        (face_checks, face_checks.c.expires_at <= challenge, ()),
        (sign_ins, sign_ins.c.expires_at <= ticks(at), ()),
        (answers, exists().where(closed, sessions.c.expires_at <= answer), ()),
        (reservations, reservations.c.expires_at <= visit, _of_reservation()),
        (
            cases,
            cases.c.expires_at <= visit,
            [delete(asked).where(_same(asked, "pseudonym"), _same(asked, "case_id", "id"))],
        ),
        (letters, letters.c.sent_at <= visit, ()),
        (face_tries, face_tries.c.at <= visit, ()),
        (ticket_wishes, ticket_wishes.c.day < day, ()),
        (tickets, tickets.c.day < day, ()),
    ]
    return {
        table.name: _drop(store, table, select(*table.primary_key).where(where), first, most)
        for table, where, first in over
    }


def _of_reservation() -> Sequence[Delete]:
    """Return what goes before a reservation: what names it, and what names that."""
    of_it = select(sessions.c.id).where(_same(sessions, "pseudonym"), _same(sessions, "reservation", "id"))
    return [
        delete(answers).where(_same(answers, "pseudonym"), answers.c.session.in_(of_it)),
        delete(grants).where(_same(grants, "pseudonym"), _same(grants, "reservation", "id")),
        delete(sessions).where(_same(sessions, "pseudonym"), _same(sessions, "reservation", "id")),
    ]


def _same(table: Table, column: str, key: str | None = None) -> ColumnElement[bool]:
    return table.c[column] == bindparam(f"old_{key or column}")


def _drop(store: _Begins, table: Table, stale: Select[Any], first: Sequence[Delete], most: int) -> int:
    gone = 0
    itself = delete(table).where(*(_same(table, column.name) for column in table.primary_key))
    while True:
        with store.begin() as records:
            found = _keys(records.connection, table, stale.limit(most))
            for statement in [*first, itself] if found else []:
                records.connection.execute(statement, found)
        gone += len(found)
        if len(found) < most:
            return gone


def _keys(connection: Connection, table: Table, stale: Select[Any]) -> list[dict[str, object]]:
    names = [f"old_{column.name}" for column in table.primary_key]
    return [dict(zip(names, row, strict=True)) for row in connection.execute(stale)]
