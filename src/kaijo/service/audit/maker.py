"""Making checkpoints: whatever no checkpoint covers yet gets its place in the tree, and the tree a signature."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaijo.clock import Clock
from kaijo.errors import ServiceTrouble
from kaijo.reset.audit_ports import AuditStore
from kaijo.reset.checkpoints import Checkpoint, sign_checkpoint
from kaijo.reset.merkle import Frontier

_MOST_ROWS: Final = 4096  # of one checkpoint, which is one transaction


def make_checkpoints(store: AuditStore, key: Ed25519PrivateKey, clock: Clock, *, most: int = _MOST_ROWS) -> int:
    """Cover every row that waits, `most` at a time, and return how many checkpoints that took.

    Raises ServiceTrouble `audit.tree-damaged` when the checkpoint to build on is not this key's or not its tree's,
    and as the store: with `store.busy` somebody else is making one.
    """
    made = 0
    while _make_one(store, key, clock, most) is not None:
        made += 1
    return made


def _make_one(store: AuditStore, key: Ed25519PrivateKey, clock: Clock, most: int) -> Checkpoint | None:
    with store.begin() as records:
        rows = records.unsealed(most)
        if not rows:
            return None
        last, tree = records.last_checkpoint() or (None, Frontier())
        now = clock.now()
        if last is not None:
            if (tree.size, tree.root) != (last.size, last.root) or not last.is_signed_by(key.public_key()):
                raise ServiceTrouble("audit.tree-damaged", size=last.size)
            now = max(now, last.at)
        # The database's own order depends on its collation; that of an export must not.
        rows = tuple(sorted(rows, key=lambda row: row.key))
        for row in rows:
            tree = tree.grown(row.hash)
        checkpoint = sign_checkpoint(tree, now, key, last)
        records.seal(checkpoint, tree, rows)
        return checkpoint
