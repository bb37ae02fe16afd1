"""What the audit trail needs of the store: rows inside one transaction, beside those of `kaijo.reset.ports`."""

from contextlib import AbstractContextManager
from typing import Protocol

from kaijo.reset.audit import AuditRow, Entry
from kaijo.reset.checkpoints import Checkpoint
from kaijo.reset.merkle import Frontier


class AuditRecords(Protocol):
    """Nothing here changes or deletes a row."""

    def add_audit(self, entry: Entry) -> None:
        """Append a row to its partition. Raises ServiceTrouble `store.busy` when somebody else was first."""
        ...

    def last_audit(self, partition: str) -> AuditRow | None:
        """Return the newest row of a partition."""
        ...

    def unsealed(self, most: int) -> tuple[AuditRow, ...]:
        """Return rows that no checkpoint covers, at most so many; none without those before it in its partition."""
        ...

    def count_unsealed(self) -> int:
        """Return how many rows no checkpoint covers."""
        ...

    def last_checkpoint(self) -> tuple[Checkpoint, Frontier] | None:
        """Return the newest checkpoint and the frontier of its tree."""
        ...

    def seal(self, checkpoint: Checkpoint, tree: Frontier, rows: tuple[AuditRow, ...]) -> None:
        """Keep a checkpoint and the places of the rows that are new in it, in that order. Raises as `add_audit`."""
        ...

    def sealed(self, first: int, most: int) -> tuple[AuditRow, ...]:
        """Return rows by their place in the tree, from `first` (counted from 0), at most so many."""
        ...

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return every checkpoint, oldest first."""
        ...


class AuditStore(Protocol):
    """The store as the audit trail needs it."""

    def begin(self) -> AbstractContextManager[AuditRecords]:
        """Open one atomic transaction. Raises as `kaijo.reset.ports.Store.begin`."""
        ...

    def look(self) -> AbstractContextManager[AuditRecords]:
        """Open a transaction that only reads. Raises as `kaijo.reset.ports.Store.look`."""
        ...
