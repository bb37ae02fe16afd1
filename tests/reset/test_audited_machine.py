"""No act without its row, no row without its act: the rows alone tell what stands in the tables."""

from collections.abc import Mapping
from typing import Any

from hypothesis import settings
from hypothesis.stateful import invariant
from sqlalchemy import Select, select

from kaijo.reset.audit import Tag
from kaijo.reset.states import GrantOutcome, ReservationState, SessionState
from kaijo.service.store.database import SqlStore
from kaijo.service.store.schema import grants, reservations, sessions

from .test_machine import Recovery
from .trails import audited_bench, is_chained, read_all

RESERVATIONS = {
    Tag.RESERVATION_MADE: ReservationState.LIVE.value,
    Tag.RESERVATION_REPLACED: ReservationState.REPLACED.value,
    Tag.RESERVATION_CANCELLED: ReservationState.CANCELLED.value,
    Tag.RESERVATION_EXPIRED: ReservationState.EXPIRED.value,
    Tag.RECEIPT_TAKEN: ReservationState.USED.value,
}
SESSIONS = {
    Tag.SESSION_OPENED: SessionState.OPENED.value,
    Tag.PROOF_ACCEPTED: SessionState.RELAYING.value,
    Tag.GRANT_CONFIRMED: SessionState.GRANTED.value,
}
GRANTS = {
    Tag.GRANT_INTENDED: GrantOutcome.INTENDED.value,
    Tag.GRANT_CONFIRMED: GrantOutcome.GRANTED.value,
    Tag.RECEIPT_TAKEN: GrantOutcome.USED.value,
}


class AuditedRecovery(Recovery):
    """The whole of `Recovery` on a store that writes down what it does."""

    def __init__(self, store: SqlStore | None = None) -> None:
        super().__init__(store)
        self.bench = audited_bench(self.store)

    @invariant()
    def rows_tell_what_every_reservation_session_and_grant_has_become(self) -> None:
        told: dict[str, dict[str, str]] = {"reservations": {}, "sessions": {}, "grants": {}}
        for row in read_all(self.bench.store):
            tag, about = row.entry.tag, row.entry.attributes
            if tag in RESERVATIONS:
                told["reservations"][about["reservation"]] = RESERVATIONS[tag]
            if tag in SESSIONS:
                told["sessions"][about["session"]] = SESSIONS[tag]
            if tag is Tag.SESSION_ENDED:
                told["sessions"][about["session"]] = about["state"]
            if tag in GRANTS:
                told["grants"][about["session"]] = GRANTS[tag]
        assert told == {
            "reservations": self.kept_reservations(),
            "sessions": self.kept_sessions(),
            "grants": self.kept_grants(),
        }

    @invariant()
    def rows_are_chained(self) -> None:
        assert is_chained(read_all(self.bench.store))

    def kept_reservations(self) -> Mapping[str, str]:
        found = self.read(select(reservations.c.id, reservations.c.state))
        held, live = ReservationState.HELD.value, ReservationState.LIVE.value
        return {name: live if state == held else state for name, state in found.items()}

    def kept_sessions(self) -> Mapping[str, str]:
        found = self.read(select(sessions.c.id, sessions.c.state))
        return {name.rpartition(".")[2]: state for name, state in found.items()}

    def kept_grants(self) -> Mapping[str, str]:
        found = self.read(select(grants.c.session, grants.c.outcome))
        return {name.rpartition(".")[2]: state for name, state in found.items()}

    def read(self, statement: Select[Any]) -> Mapping[str, str]:
        with self.store.begin() as records:
            return {row[0]: row[1] for row in records.connection.execute(statement)}


TestAuditedRecovery = AuditedRecovery.TestCase
TestAuditedRecovery.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
