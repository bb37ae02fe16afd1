"""How the audit trail stands: what is signed, what waits, what is overdue, and what no longer fits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from kaijo.clock import ManualClock
from kaijo.facts.audit import checkpoint_due
from kaijo.facts.book import fact, use
from kaijo.reset.audit import HOUSE, Entry, Tag
from kaijo.reset.audit_state import AuditState, Fit, audit_state
from kaijo.service.audit.maker import make_checkpoints
from kaijo.service.store.database import SqlStore

from .bench import NOON

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECOND = timedelta(seconds=1)


class Trail:
    """A trail on a store in memory."""

    def __init__(self) -> None:
        self.store = SqlStore(None)
        self.clock = ManualClock(NOON)

    def write(self, *partitions: str) -> None:
        with self.store.begin() as records:
            for partition in partitions:
                records.add_audit(Entry(self.clock.now(), partition, Tag.OPERATOR_ACT, {"deed": "tried"}))

    def sign(self) -> None:
        make_checkpoints(self.store, KEY, self.clock)

    def spoil(self, statement: str) -> None:
        with self.store.begin() as records:
            records.connection.execute(text(statement))

    def state(self) -> AuditState:
        with self.store.begin() as records:
            return audit_state(records, self.clock.now())


@pytest.fixture
def trail() -> Iterator[Trail]:
    made = Trail()
    yield made
    made.store.close()


def test_empty_trail_has_nothing_and_owes_nothing(trail: Trail) -> None:
    assert trail.state() == AuditState(0, None, 0, due=False, fit=Fit.WHOLE)


def test_rows_wait_for_a_checkpoint_until_it_is_overdue(trail: Trail) -> None:
    trail.write(HOUSE, "a" * 64, HOUSE)
    trail.clock.advance(checkpoint_due())
    assert trail.state() == AuditState(0, None, 3, due=False, fit=Fit.WHOLE)
    trail.clock.advance(SECOND)
    assert trail.state().due
    trail.sign()
    signed_at = trail.clock.now()
    trail.write("a" * 64)
    assert trail.state() == AuditState(3, signed_at, 1, due=False, fit=Fit.WHOLE)
    trail.clock.advance(checkpoint_due() + SECOND)
    assert trail.state() == AuditState(3, signed_at, 1, due=True, fit=Fit.WHOLE)


def test_signed_trail_to_which_nothing_was_added_is_never_overdue(trail: Trail) -> None:
    trail.write(HOUSE)
    trail.sign()
    trail.clock.advance(9 * checkpoint_due())
    assert (trail.state().due, trail.state().fit) == (False, Fit.WHOLE)


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE audit_rows SET attributes = \'{"deed":"other"}\' WHERE sequence = 2',
        "UPDATE audit_rows SET at = at + 1 WHERE sequence = 1 AND partition = 'house'",
        "DELETE FROM audit_rows WHERE sequence = 2",
        "DELETE FROM audit_leaves WHERE position = 1",
        "UPDATE audit_checkpoints SET root = lower(hex(zeroblob(32)))",
        "UPDATE audit_checkpoints SET size = 4",
    ],
)
def test_trail_that_was_changed_is_damaged(trail: Trail, statement: str) -> None:
    trail.write(HOUSE, "a" * 64, HOUSE)
    trail.sign()
    trail.spoil(statement)
    assert trail.state().fit is Fit.DAMAGED


def test_trail_beyond_the_limit_is_not_hashed_anew(trail: Trail) -> None:
    trail.write(HOUSE, "a" * 64, HOUSE)
    trail.sign()
    few = fact("audit-look")
    with use({few.id: replace(few, value={"rows": 2})}):
        assert trail.state().fit is Fit.LARGE
        trail.spoil("UPDATE audit_checkpoints SET root = lower(hex(zeroblob(32)))")
        assert trail.state().fit is Fit.DAMAGED
