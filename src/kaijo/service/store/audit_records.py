"""The audit trail's part of the store in SQL; see `kaijo.reset.audit_ports` for what each method promises."""

import json
from typing import Final

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql

from kaijo.reset.audit import AuditRow, Entry, Tag, canonical, follow
from kaijo.reset.checkpoints import Checkpoint
from kaijo.reset.merkle import Frontier
from kaijo.reset.states import require_won
from kaijo.service.store.audit_schema import audit_checkpoints, audit_leaves, audit_rows, audit_unsealed
from kaijo.service.store.rows import Row, moment, ticks
from kaijo.service.store.statements import Statements, count, read, same

_HASH_DIGITS: Final = 64
_ADD_UNSEALED: Final = insert(audit_unsealed)
_ADDED: Final = (
    postgresql.insert(audit_rows)
    .values({column.name: bindparam(f"new_{column.name}") for column in audit_rows.c})
    .on_conflict_do_nothing()
    .returning(audit_rows.c.partition, audit_rows.c.sequence)
    .cte("added")
)
# SQLite cannot say it in one statement, and needs no way to a server for each.
_ADD_BOTH: Final = (
    insert(audit_unsealed)
    .from_select(["partition", "sequence"], select(_ADDED.c.partition, _ADDED.c.sequence))
    .execution_options(preserve_rowcount=True)
)
_NEWEST: Final = select(audit_rows).where(same(audit_rows, "partition")).order_by(audit_rows.c.sequence.desc()).limit(1)


class SqlAudit(Statements):
    """The audit trail's rows inside one open transaction."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._added: dict[str, AuditRow] = {}

    def add_audit(self, entry: Entry) -> None:
        """Append a row to its partition."""
        row = follow(entry, self._added.get(entry.partition) or self.last_audit(entry.partition))
        if self.connection.dialect.name == "postgresql":
            both = {f"new_{name}": value for name, value in _row(row).items()}
            require_won(count(self.connection.execute(_ADD_BOTH, both)) == 1)
        else:
            require_won(self.inserts(audit_rows, _row(row)))
            self.connection.execute(_ADD_UNSEALED, {"partition": row.partition, "sequence": row.sequence})
        self._added[row.partition] = row

    def last_audit(self, partition: str) -> AuditRow | None:
        """Return the newest row of a partition."""
        found = self.one(_NEWEST, {"is_partition": partition})
        return None if found is None else read(_row_of, found)

    def unsealed(self, most: int) -> tuple[AuditRow, ...]:
        """Return rows that no checkpoint covers."""
        same = and_(
            audit_rows.c.partition == audit_unsealed.c.partition, audit_rows.c.sequence == audit_unsealed.c.sequence
        )
        waiting = select(audit_rows).join_from(audit_unsealed, audit_rows, same)
        found = waiting.order_by(audit_unsealed.c.partition, audit_unsealed.c.sequence).limit(most)
        return tuple(read(_row_of, row) for row in self.connection.execute(found).mappings())

    def count_unsealed(self) -> int:
        """Return how many rows no checkpoint covers."""
        return int(self.connection.execute(select(func.count()).select_from(audit_unsealed)).scalar_one())

    def last_checkpoint(self) -> tuple[Checkpoint, Frontier] | None:
        """Return the newest checkpoint and the frontier of its tree."""
        newest = select(audit_checkpoints).order_by(audit_checkpoints.c.size.desc()).limit(1)
        found = self.connection.execute(newest).mappings().first()
        return None if found is None else (read(_checkpoint_of, found), read(_frontier_of, found))

    def seal(self, checkpoint: Checkpoint, tree: Frontier, rows: tuple[AuditRow, ...]) -> None:
        """Keep a checkpoint and the places of the rows that are new in it."""
        kept = {
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "at": ticks(checkpoint.at),
            "previous": checkpoint.previous.hex(),
            "key": checkpoint.key.hex(),
            "signature": checkpoint.signature.hex(),
            "peaks": "".join(peak.hex() for peak in tree.peaks),
        }
        require_won(self.inserts(audit_checkpoints, kept))
        first = checkpoint.size - len(rows)
        keys = [{"partition": row.partition, "sequence": row.sequence} for row in rows]
        places = [{"position": place, **key} for place, key in enumerate(keys, first)]
        self.connection.execute(insert(audit_leaves), places)
        for key in keys:
            here = and_(audit_unsealed.c.partition == key["partition"], audit_unsealed.c.sequence == key["sequence"])
            self.connection.execute(delete(audit_unsealed).where(here))

    def sealed(self, first: int, most: int) -> tuple[AuditRow, ...]:
        """Return rows by their place in the tree."""
        same = and_(
            audit_rows.c.partition == audit_leaves.c.partition, audit_rows.c.sequence == audit_leaves.c.sequence
        )
        placed = select(audit_rows).join_from(audit_leaves, audit_rows, same)
        found = placed.where(audit_leaves.c.position >= first, audit_leaves.c.position < first + most)
        rows = self.connection.execute(found.order_by(audit_leaves.c.position)).mappings()
        return tuple(read(_row_of, row) for row in rows)

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return every checkpoint, oldest first."""
        found = self.connection.execute(select(audit_checkpoints).order_by(audit_checkpoints.c.size))
        return tuple(read(_checkpoint_of, row) for row in found.mappings())


def _row(row: AuditRow) -> Row:
    return {
        "partition": row.partition,
        "sequence": row.sequence,
        "at": ticks(row.entry.at),
        "tag": row.entry.tag.value,
        "attributes": canonical(row.entry.attributes).decode(),
        "previous": row.previous.hex(),
    }


def _row_of(row: Row) -> AuditRow:
    entry = Entry(moment(row["at"]), row["partition"], Tag(row["tag"]), dict(json.loads(row["attributes"])))
    return AuditRow(entry, row["sequence"], bytes.fromhex(row["previous"]))


def _checkpoint_of(row: Row) -> Checkpoint:
    root, previous, key, signature = (bytes.fromhex(row[name]) for name in ("root", "previous", "key", "signature"))
    return Checkpoint(row["size"], root, moment(row["at"]), previous, key, signature)


def _frontier_of(row: Row) -> Frontier:
    peaks = row["peaks"]
    parts = tuple(bytes.fromhex(peaks[at : at + _HASH_DIGITS]) for at in range(0, len(peaks), _HASH_DIGITS))
    return Frontier(row["size"], parts)
