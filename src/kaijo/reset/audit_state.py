"""How the audit trail stands, for the operations page: what is signed, what waits, and whether the rows still fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from kaijo.facts.audit import checkpoint_due, rows_looked_through
from kaijo.reset.audit import NOTHING_BEFORE, AuditRow
from kaijo.reset.audit_ports import AuditRecords
from kaijo.reset.merkle import Frontier

_AT_ONCE: Final = 1000


class Fit(Enum):
    """Whether rows and tree belong together. Large: more rows than are looked through here, their tops alone fit."""

    WHOLE = "whole"
    LARGE = "large"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class AuditState:
    """`size` rows are covered by the checkpoint of `signed_at`; `uncovered` wait for the next, which is `due` or not.

    None was ever made: 0 and None. What is said here needs no key, and is no word on signatures: `kaijo audit verify`
    is.
    """

    size: int
    signed_at: datetime | None
    uncovered: int
    due: bool
    fit: Fit


def audit_state(records: AuditRecords, now: datetime) -> AuditState:
    """Return how the trail stands at `now`.

    A checkpoint is due when a row has waited for it for so long [fact: checkpoint-due]; up to so many rows are hashed
    anew [fact: audit-look].
    """
    found, uncovered = records.last_checkpoint(), records.count_unsealed()
    due = any(now - row.entry.at > checkpoint_due() for row in records.unsealed(_AT_ONCE))
    if found is None:
        return AuditState(0, None, uncovered, due=due, fit=Fit.WHOLE)
    last, tree = found
    fit = Fit.DAMAGED
    if (tree.size, tree.root) == (last.size, last.root):
        fit = Fit.LARGE if last.size > rows_looked_through() else _fit(records, tree)
    return AuditState(last.size, last.at, uncovered, due=due, fit=fit)


def _fit(records: AuditRecords, tree: Frontier) -> Fit:
    """Return whether the rows that there are make this tree, each following the one before in its partition."""
    grown, before = Frontier(), dict[str, tuple[int, bytes]]()
    for place in range(0, tree.size, _AT_ONCE):
        rows = records.sealed(place, _AT_ONCE)
        if not _follow(rows, before):
            return Fit.DAMAGED
        for row in rows:
            grown = grown.grown(row.hash)
    return Fit.WHOLE if grown == tree else Fit.DAMAGED


def _follow(rows: Iterable[AuditRow], before: dict[str, tuple[int, bytes]]) -> bool:
    for row in rows:
        sequence, previous = before.get(row.partition, (0, NOTHING_BEFORE))
        if (row.sequence, row.previous) != (sequence + 1, previous):
            return False
        before[row.partition] = (row.sequence, row.hash)
    return True
