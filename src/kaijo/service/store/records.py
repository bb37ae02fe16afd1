"""The store's port in SQL: every move is one UPDATE that names the state it expects; its row count is the answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from kaijo.reset.records import Challenge, GrantRow, Reservation, TerminalSession
from kaijo.reset.states import ACTIVE, ReservationState
from kaijo.service.store.audit_records import SqlAudit
from kaijo.service.store.counter_records import SqlCounterRecords
from kaijo.service.store.face_records import SqlFaceRecords
from kaijo.service.store.limit_records import COUNT_FAILED, SqlLimits
from kaijo.service.store.operations import SqlOperations
from kaijo.service.store.rows import (
    challenge_of,
    challenge_row,
    grant_of,
    grant_row,
    reservation_of,
    reservation_row,
    session_of,
    session_row,
    ticks,
)
from kaijo.service.store.schema import answers, challenges, grants, reservations, sessions
from kaijo.service.store.statements import count, read, same
from kaijo.service.store.terminal_records import SqlTerminals

_ADD_CHALLENGE: Final = insert(challenges)
_CHALLENGE: Final = select(challenges).where(same(challenges, "id"))
_CLAIM: Final = update(challenges).where(
    same(challenges, "id"), or_(challenges.c.claimed_by.is_(None), same(challenges, "claimed_by"))
)
_RESERVATION: Final = select(reservations).where(same(reservations, "pseudonym", "id"))
_RESERVATIONS: Final = (
    select(reservations)
    .where(same(reservations, "pseudonym"))
    .order_by(reservations.c.made_at.desc(), reservations.c.id)
)
_MOVE_RESERVATION: Final = update(reservations).where(
    same(reservations, "pseudonym", "id", "state"),
    reservations.c.holder.is_not_distinct_from(bindparam("is_holder")),
)
_MOVED: Final = ("state", "slot", "holder", "held_until", "used_at")
_EXPIRE: Final = (
    update(reservations)
    .where(
        same(reservations, "pseudonym"),
        reservations.c.state.in_([state.value for state in ACTIVE]),
        reservations.c.expires_at <= bindparam("at"),
    )
    .values(state=ReservationState.EXPIRED.value, slot=None, holder=None, held_until=None)
)
_ADD_SESSION: Final = insert(sessions)
_OF_SESSION: Final = {f"of_{column.name}": column for column in reservations.c}
_SESSION: Final = (
    select(sessions, *(column.label(name) for name, column in _OF_SESSION.items()))
    .join_from(
        sessions,
        reservations,
        (reservations.c.pseudonym == sessions.c.pseudonym) & (reservations.c.id == sessions.c.reservation),
        isouter=True,
    )
    .where(same(sessions, "pseudonym", "id"))
)
_SESSION_AND_FAILED: Final = _SESSION.add_columns(COUNT_FAILED.scalar_subquery().label("failed"))
_EXTEND: Final = update(sessions).where(same(sessions, "pseudonym", "id", "state", "expires_at"))
_MOVE_SESSION: Final = update(sessions).where(same(sessions, "pseudonym", "id", "state"))
_ANSWERS: Final = select(answers.c.sealed).where(same(answers, "pseudonym", "session")).order_by(answers.c.step)
_GRANTS: Final = (
    select(grants)
    .where(same(grants, "pseudonym", "reservation"))
    .order_by(grants.c.intended_at.desc(), grants.c.session)
)
_MOVE_GRANT: Final = update(grants).where(same(grants, "pseudonym", "session", "outcome"))


class SqlRecords(SqlCounterRecords, SqlOperations, SqlFaceRecords, SqlTerminals, SqlLimits, SqlAudit):
    """The rows inside one open transaction; see `kaijo.reset.ports.Records` for what each method promises.

    Nobody else changes what a transaction sees: what it has read of a card it asks for again once it has written it.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._one_read: dict[tuple[str, str], Reservation | None] = {}
        self._all_read: dict[str, tuple[Reservation, ...]] = {}

    def add_challenge(self, challenge: Challenge) -> None:
        """Keep a new challenge."""
        self.connection.execute(_ADD_CHALLENGE, challenge_row(challenge))

    def find_challenge(self, challenge_id: str) -> Challenge | None:
        """Return the challenge of that id."""
        row = self.one(_CHALLENGE, {"is_id": challenge_id})
        return None if row is None else read(challenge_of, row)

    def claim_challenge(self, challenge_id: str, pseudonym: str) -> bool:
        """Give the challenge to this card, unless another has it."""
        return self.moves(_CLAIM, {"is_id": challenge_id, "is_claimed_by": pseudonym, "claimed_by": pseudonym})

    def add_reservation(self, reservation: Reservation) -> bool:
        """Keep a new reservation if the table's unique keys allow it."""
        self._forget()
        return self.inserts(reservations, reservation_row(reservation))

    def find_reservation(self, pseudonym: str, reservation_id: bytes) -> Reservation | None:
        """Return the card's reservation of that id."""
        key = pseudonym, reservation_id.hex()
        if key not in self._one_read:
            row = self.one(_RESERVATION, {"is_pseudonym": pseudonym, "is_id": key[1]})
            self._one_read[key] = None if row is None else read(reservation_of, row)
        return self._one_read[key]

    def reservations(self, pseudonym: str) -> tuple[Reservation, ...]:
        """Return all of the card's reservations, newest first."""
        if pseudonym not in self._all_read:
            found = self.connection.execute(_RESERVATIONS, {"is_pseudonym": pseudonym}).mappings()
            self._all_read[pseudonym] = tuple(read(reservation_of, row) for row in found)
        return self._all_read[pseudonym]

    def move_reservation(self, before: Reservation, after: Reservation) -> bool:
        """Store `after` if state and holder are still those of `before`."""
        self._forget()
        row = reservation_row(after)
        expected = {
            "is_pseudonym": before.pseudonym,
            "is_id": before.id.hex(),
            "is_state": before.state.value,
            "is_holder": before.holder,
        }
        return self.moves(_MOVE_RESERVATION, {**expected, **{name: row[name] for name in _MOVED}})

    def expire_reservations(self, pseudonym: str, at: datetime) -> int:
        """Let the card's active reservations whose time is up expire."""
        self._forget()
        return count(self.connection.execute(_EXPIRE, {"is_pseudonym": pseudonym, "at": ticks(at)}))

    def add_session(self, session: TerminalSession) -> None:
        """Keep a new session."""
        self.connection.execute(_ADD_SESSION, session_row(session))

    def find_session(self, pseudonym: str, session_id: str) -> TerminalSession | None:
        """Return the card's session of that id; what is asked for next is read along with it.

        That is its reservation, and how many channels of the card failed.
        """
        counts = self._is_ready()
        row = self.one(_SESSION_AND_FAILED if counts else _SESSION, {"is_pseudonym": pseudonym, "is_id": session_id})
        if row is None:
            return None
        if counts:
            self._failed.setdefault(pseudonym, row["failed"])
        key = pseudonym, row["reservation"]
        if key not in self._one_read and row["of_id"] is not None:
            self._one_read[key] = read(reservation_of, _without_prefix(row))
        return read(session_of, row)

    def extend_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the end of `after` if state and end are still those of `before`."""
        expected = {**_of_session(before), "is_expires_at": ticks(before.expires_at)}
        return self.moves(_EXTEND, {**expected, "expires_at": ticks(after.expires_at)})

    def move_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the state of `after` if it is still that of `before`."""
        return self.moves(_MOVE_SESSION, {**_of_session(before), "state": after.state.value})

    def answers(self, session: TerminalSession) -> tuple[bytes, ...]:
        """Return the sealed answers of the card in the order of the relay."""
        given = {"is_pseudonym": session.pseudonym, "is_session": session.id}
        return tuple(self.connection.execute(_ANSWERS, given).scalars())

    def add_answer(self, session: TerminalSession, step: int, sealed: bytes) -> bool:
        """Keep the card's answer to a step, if there is none."""
        row = {"pseudonym": session.pseudonym, "session": session.id, "step": step, "sealed": sealed}
        return self.inserts(answers, row)

    def add_grant(self, grant: GrantRow) -> bool:
        """Keep the intent, if the session has none."""
        return self.inserts(grants, grant_row(grant))

    def grants(self, pseudonym: str, reservation_id: bytes) -> tuple[GrantRow, ...]:
        """Return the grants of that reservation, newest first."""
        given = {"is_pseudonym": pseudonym, "is_reservation": reservation_id.hex()}
        return tuple(read(grant_of, row) for row in self.connection.execute(_GRANTS, given).mappings())

    def move_grant(self, before: GrantRow, after: GrantRow) -> bool:
        """Store the outcome of `after` if it is still that of `before`."""
        expected = {
            "is_pseudonym": before.pseudonym,
            "is_session": before.session,
            "is_outcome": before.outcome.value,
        }
        return self.moves(_MOVE_GRANT, {**expected, "outcome": after.outcome.value})

    def _forget(self) -> None:
        self._one_read.clear()
        self._all_read.clear()


def _of_session(session: TerminalSession) -> dict[str, str]:
    return {"is_pseudonym": session.pseudonym, "is_id": session.id, "is_state": session.state.value}


def _without_prefix(row: Mapping[Any, Any]) -> Mapping[str, Any]:
    return {column.name: row[name] for name, column in _OF_SESSION.items()}
