"""The store that writes down what it does: each change of a row and its audit row are one transaction.

The verbs need not remember anything, and no verb written tomorrow can forget: who changes a row leaves a row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from kaijo.reset.audit import Entry as AuditEntry
from kaijo.reset.audit import Tag
from kaijo.reset.counter.clerks import is_locked
from kaijo.reset.counter.records import DONE, Clerk, Entry
from kaijo.reset.face_records import FaceCheck
from kaijo.reset.records import GrantRow, Reservation, TerminalSession
from kaijo.reset.scribe import Scribe
from kaijo.reset.states import ACTIVE, ReservationState, require_won
from kaijo.reset.terminal_records import Terminal
from kaijo.service.store.database import SqlStore
from kaijo.service.store.records import SqlRecords


class Watch(Protocol):
    """Somebody who is told what was done, once it is on the disk."""

    def wrote(self, entry: AuditEntry, /) -> None:
        """Hear of a row of the trail."""
        ...

    def moved(self, session: TerminalSession, /) -> None:
        """Hear of a session that moved to another state."""
        ...


class AuditedStore:
    """A store whose every act leaves a row of the audit trail. Raises as the store, and as its audit rows."""

    def __init__(self, store: SqlStore, scribe: Scribe, watch: Watch | None = None) -> None:
        self._store = store
        self._scribe = scribe
        self._watch = watch

    @contextmanager
    def begin(self) -> Iterator["AuditedRecords"]:
        """Open one atomic transaction. Raises as `SqlStore.begin`."""
        with self._store.begin() as records:
            audited = AuditedRecords(records, self._scribe)
            yield audited
        if self._watch is not None:
            for entry in audited.written:
                self._watch.wrote(entry)
            for session in audited.moved:
                self._watch.moved(session)

    @contextmanager
    def look(self) -> Iterator[SqlRecords]:
        """Open a transaction that only reads: nothing to write down. Raises as `SqlStore.look`."""
        with self._store.look() as records:
            yield records

    def close(self) -> None:
        """Let the database go."""
        self._store.close()


class AuditedRecords(SqlRecords):
    """The rows inside one open transaction; what changes one of a card or a clerk appends to the audit trail."""

    def __init__(self, records: SqlRecords, scribe: Scribe) -> None:
        super().__init__(records.connection)
        self._scribe = scribe
        self.written: list[AuditEntry] = []
        self.moved: list[TerminalSession] = []

    def add_audit(self, entry: AuditEntry) -> None:
        """Append a row to its partition."""
        super().add_audit(entry)
        self.written.append(entry)

    def add_reservation(self, reservation: Reservation) -> bool:
        """Keep a new reservation."""
        return self._noted(super().add_reservation(reservation), self._scribe.reservation_made(reservation))

    def move_reservation(self, before: Reservation, after: Reservation) -> bool:
        """Store `after`."""
        return self._noted(super().move_reservation(before, after), self._scribe.reservation_moved(after))

    def expire_reservations(self, pseudonym: str, at: datetime) -> int:
        """Let reservations whose time is up expire, each with a row of its own."""
        rows = self.reservations(pseudonym)
        lapsed = [row for row in rows if row.state in ACTIVE and row.expires_at <= at]
        count = super().expire_reservations(pseudonym, at) if lapsed else 0
        require_won(count == len(lapsed))
        for row in lapsed:
            self._noted(True, self._scribe.reservation_moved(replace(row, state=ReservationState.EXPIRED)))
        return count

    def add_session(self, session: TerminalSession) -> None:
        """Keep a new session."""
        super().add_session(session)
        self.add_audit(self._scribe.session_opened(session))

    def extend_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the end of `after`."""
        return self._noted(super().extend_session(before, after), self._scribe.session_extended(after))

    def move_session(self, before: TerminalSession, after: TerminalSession) -> bool:
        """Store the state of `after`."""
        won = super().move_session(before, after)
        if won:
            self.moved.append(after)
        return self._noted(won, self._scribe.session_moved(after))

    def add_grant(self, grant: GrantRow) -> bool:
        """Keep the intent."""
        return self._noted(super().add_grant(grant), self._scribe.grant_intended(grant))

    def move_grant(self, before: GrantRow, after: GrantRow) -> bool:
        """Store the outcome of `after`."""
        return self._noted(super().move_grant(before, after), self._scribe.grant_moved(after))

    def add_face_check(self, check: FaceCheck) -> bool:
        """Keep a new face check."""
        return self._noted(super().add_face_check(check), self._scribe.face_opened(check))

    def move_face_check(self, before: FaceCheck, after: FaceCheck) -> bool:
        """Store state and draw of `after`."""
        return self._noted(super().move_face_check(before, after), self._scribe.face_moved(after))

    def put_clerk(self, clerk: Clerk) -> None:
        """Keep a clerk; a new account or a new password is the operator's act."""
        before = self.find_clerk(clerk.id)
        super().put_clerk(clerk)
        if before is None or before.password != clerk.password:
            self.add_audit(self._scribe.clerk_kept(clerk))

    def add_entry(self, entry: Entry) -> bool:
        """Keep a line of the journal."""
        clerk = None if entry.clerk is None else self.find_clerk(entry.clerk)
        missed = entry.outcome not in {DONE, "counter.clerk-locked"} and entry.pseudonym is None
        locked_out = missed and clerk is not None and is_locked(clerk)
        return self._noted(super().add_entry(entry), self._scribe.counter_line(entry, locked_out=locked_out))

    def add_terminal(self, terminal: Terminal) -> bool:
        """Keep a new terminal: the operator's act."""
        entry = self._scribe.terminal(terminal, Tag.OPERATOR_ACT, deed="terminal-code")
        return self._noted(super().add_terminal(terminal), entry)

    def join_terminal(self, terminal: Terminal, public_key: bytes) -> bool:
        """Keep the key of a terminal."""
        entry = self._scribe.terminal(terminal, Tag.TERMINAL_ENROLLED)
        return self._noted(super().join_terminal(terminal, public_key), entry)

    def revoke_terminal(self, terminal: Terminal, at: datetime) -> bool:
        """Revoke a terminal."""
        entry = self._scribe.terminal(terminal, Tag.TERMINAL_REVOKED)
        return self._noted(super().revoke_terminal(terminal, at), entry)

    def refuse_terminal(self, terminal: Terminal, code: str) -> None:
        """Note a refusal of somebody known."""
        self.add_audit(self._scribe.terminal(terminal, Tag.TERMINAL_REFUSED, code=code))

    def note_stopped(self, pseudonym: str) -> None:
        """Write down that the card is stopped."""
        self.add_audit(self._scribe.card(pseudonym, Tag.CARD_STOPPED))

    def note_released(self, pseudonym: str) -> None:
        """Write down that the operator released the card."""
        self.add_audit(self._scribe.card(pseudonym, Tag.CARD_RELEASED))

    def count_refusal(self, day: date, code: str, left_out: int = 0) -> None:
        """Count refusals; those left out stand in this one's row."""
        super().count_refusal(day, code, left_out)
        self.add_audit(self._scribe.refused(code, left_out))

    def _noted(self, won: bool, entry: AuditEntry | None) -> bool:  # noqa: FBT001 -- the answer that goes through
        if won and entry is not None:
            self.add_audit(entry)
        return won
