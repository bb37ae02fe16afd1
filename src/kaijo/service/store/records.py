"""The store's port in SQL: every move is one UPDATE that names the state it expects; its row count is the answer."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, insert, or_, select, update

from kaijo.reset.records import Challenge, GrantRow, Reservation, TerminalSession
from kaijo.reset.states import ACTIVE, ReservationState
from kaijo.service.store.audit_records import SqlAudit
from kaijo.service.store.counter_records import SqlCounterRecords
from kaijo.service.store.face_records import SqlFaceRecords
from kaijo.service.store.limit_records import SqlLimits
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
from kaijo.service.store.statements import count, read
from kaijo.service.store.terminal_records import SqlTerminals


class SqlRecords(SqlCounterRecords, SqlOperations, SqlFaceRecords, SqlTerminals, SqlLimits, SqlAudit):
    """The rows inside one open transaction; see `kaijo.reset.ports.Records` for what each method promises."""

    def add_challenge(self, challenge: Challenge) -> None:
        """Keep a new challenge."""
        self.connection.execute(insert(challenges).values(challenge_row(challenge)))

    def find_challenge(self, challenge_id: str) -> Challenge | None:
        """Return the challenge of that id."""
        row = self.row(challenges, challenges.c.id == challenge_id)
        return None if row is None else read(challenge_of, row)

    def claim_challenge(self, challenge_id: str, pseudonym: str) -> bool:
        """Give the challenge to this card, unless another has it."""
        free = or_(challenges.c.claimed_by.is_(None), challenges.c.claimed_by == pseudonym)
        return self.moves(update(challenges).where(challenges.c.id == challenge_id, free).values(claimed_by=pseudonym))

    def add_reservation(self, reservation: Reservation) -> bool:
        """Keep a new reservation if the table's unique keys allow it."""
        return self.inserts(reservations, reservation_row(reservation))

    def find_reservation(self, pseudonym: str, reservation_id: bytes) -> Reservation | None:
        """Return the card's reservation of that id."""
        row = self.row(reservations, _key(reservations, pseudonym, reservation_id.hex()))
        return None if row is None else read(reservation_of, row)

    def reservations(self, pseudonym: str) -> tuple[Reservation, ...]:
        """Return all of the card's reservations, newest first."""
        found = self.connection.execute(
            select(reservations)
            .where(reservations.c.pseudonym == pseudonym)
            .order_by(reservations.c.made_at.desc(), reservations.c.id)
        )
        return tuple(read(reservation_of, row) for row in found.mappings())

    def move_reservation(self, before: Reservation, after: Reservation) -> bool:
        """Store `after` if state and holder are still those of `before`."""
        expected = and_(
            _key(reservations, before.pseudonym, before.id.hex()),
            reservations.c.state == before.state.value,
            reservations.c.holder.is_not_distinct_from(before.holder),
        )
        row = reservation_row(after)
        moved = {name: row[name] for name in ("state", "slot", "holder", "held_until", "used_at")}
        return self.moves(update(reservations).where(expected).values(moved))

    def expire_reservations(self, pseudonym: str, at: datetime) -> int:
        """Let the card's active reservations whose time is up expire."""
        result = self.connection.execute(
            update(reservations)
            .where(
                reservations.c.pseudonym == pseudonym,
                reservations.c.state.in_([state.value for state in ACTIVE]),
                reservations.c.expires_at <= ticks(at),
            )
            .values(state=ReservationState.EXPIRED.value, slot=None, holder=None, held_until=None)
        )
        return count(result)

    def add_session(self, session: TerminalSession) -> None:
        """Keep a new session."""
        self.connection.execute(insert(sessions).values(session_row(session)))

    def find_session(self, pseudonym: str, session_id: str) -> TerminalSession | None:
        """Return the card's session of that id."""
        row = self.row(sessions, _key(sessions, pseudonym, session_id))
        return None if row is None else read(session_of, row)

    def extend_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the end of `after` if state and end are still those of `before`."""
        expected = and_(
            _key(sessions, before.pseudonym, before.id),
            sessions.c.state == before.state.value,
            sessions.c.expires_at == ticks(before.expires_at),
        )
        return self.moves(update(sessions).where(expected).values(expires_at=ticks(after.expires_at)))

    def move_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the state of `after` if it is still that of `before`."""
        expected = and_(_key(sessions, before.pseudonym, before.id), sessions.c.state == before.state.value)
        return self.moves(update(sessions).where(expected).values(state=after.state.value))

    def answers(self, session: TerminalSession) -> tuple[bytes, ...]:
        """Return the sealed answers of the card in the order of the relay."""
        found = self.connection.execute(
            select(answers.c.sealed)
            .where(answers.c.pseudonym == session.pseudonym, answers.c.session == session.id)
            .order_by(answers.c.step)
        )
        return tuple(found.scalars())

    def add_answer(self, session: TerminalSession, step: int, sealed: bytes) -> bool:
        """Keep the card's answer to a step, if there is none."""
        row = {"pseudonym": session.pseudonym, "session": session.id, "step": step, "sealed": sealed}
        return self.inserts(answers, row)

    def add_grant(self, grant: GrantRow) -> bool:
        """Keep the intent, if the session has none."""
        return self.inserts(grants, grant_row(grant))

    def grants(self, pseudonym: str, reservation_id: bytes) -> tuple[GrantRow, ...]:
        """Return the grants of that reservation, newest first."""
        found = self.connection.execute(
            select(grants)
            .where(grants.c.pseudonym == pseudonym, grants.c.reservation == reservation_id.hex())
            .order_by(grants.c.intended_at.desc(), grants.c.session)
        )
        return tuple(read(grant_of, row) for row in found.mappings())

    def move_grant(self, before: GrantRow, after: GrantRow) -> bool:
        """Store the outcome of `after` if it is still that of `before`."""
        expected = and_(
            grants.c.pseudonym == before.pseudonym,
            grants.c.session == before.session,
            grants.c.outcome == before.outcome.value,
        )
        return self.moves(update(grants).where(expected).values(outcome=after.outcome.value))


def _key(table: Table, pseudonym: str, row_id: str) -> ColumnElement[bool]:
    return and_(table.c.pseudonym == pseudonym, table.c.id == row_id)
