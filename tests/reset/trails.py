"""Audit trails made by hand: entries, rows and whole exports, with a key that signs."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st

from kaijo.reset.audit import AuditRow, Entry, Tag, follow
from kaijo.reset.audit_file import checkpoint_line, header_line, row_line
from kaijo.reset.checkpoints import Checkpoint, sign_checkpoint
from kaijo.reset.merkle import Frontier
from kaijo.reset.ports import Store
from kaijo.reset.scribe import Scribe
from kaijo.service.store.audited import AuditedStore
from kaijo.service.store.database import SqlStore

from .bench import NOON, Bench

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PARTITIONS = ("a" * 64, "b" * 64, "house", "house reset.bad-proof")


def entry(partition: str = PARTITIONS[0], minute: int = 0, tag: Tag = Tag.REFUSED, **attributes: str) -> Entry:
    return Entry(NOON + timedelta(minutes=minute), partition, tag, attributes or {"code": "reset.bad-proof"})


def batches(partitions: Sequence[Sequence[str]]) -> list[list[AuditRow]]:
    """Return rows for these partitions, each batch in the order of an export."""
    heads: dict[str, AuditRow] = {}
    made = []
    for minute, names in enumerate(partitions):
        batch = []
        for name in names:
            heads[name] = follow(entry(name, minute), heads.get(name))
            batch.append(heads[name])
        made.append(sorted(batch, key=lambda row: row.key))
    return made


def checkpoints_of(rows: Iterable[Sequence[AuditRow]], key: Ed25519PrivateKey = KEY) -> list[Checkpoint]:
    """Return the checkpoint after each batch."""
    made: list[Checkpoint] = []
    tree = Frontier()
    for minute, batch in enumerate(rows):
        for row in batch:
            tree = tree.grown(row.hash)
        made.append(sign_checkpoint(tree, NOON + timedelta(minutes=minute), key, made[-1] if made else None))
    return made


def lines_of(rows: Sequence[Sequence[AuditRow]], key: Ed25519PrivateKey = KEY) -> list[bytes]:
    """Return an export with a checkpoint after each batch."""
    lines = [header_line(key.public_key())]
    for batch, checkpoint in zip(rows, checkpoints_of(rows, key), strict=True):
        lines += [*map(row_line, batch), checkpoint_line(checkpoint)]
    return lines


def audited_bench(store: SqlStore) -> Bench:
    """Return a bench whose acts leave rows."""
    plain = Bench(store=store)
    return Bench(store=AuditedStore(store, Scribe(plain.desk.veil, plain.clock)), clock=plain.clock)


def read_all(store: Store) -> list[AuditRow]:
    """Return every row of a store without checkpoints, by partition and number."""
    with store.begin() as records:
        return sorted(records.unsealed(1_000_000), key=lambda row: row.key)


def is_chained(rows: Iterable[AuditRow]) -> bool:
    """Return whether every row follows the one before it in its partition."""
    heads: dict[str, AuditRow] = {}
    for row in rows:
        if row != follow(row.entry, heads.get(row.partition)):
            return False
        heads[row.partition] = row
    return True


ROWS = st.lists(st.lists(st.sampled_from(PARTITIONS), min_size=1, max_size=6), min_size=1, max_size=4).map(batches)
