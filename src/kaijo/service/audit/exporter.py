"""The audit trail as lines that anybody can check with nothing of ours."""

from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kaijo.reset.audit_file import checkpoint_line, header_line, row_line
from kaijo.reset.audit_ports import AuditStore

_MOST_ROWS: Final = 1000  # held in memory at once, and read in one transaction


def export(store: AuditStore, key: Ed25519PublicKey) -> Iterator[bytes]:
    """Yield the lines of an export: its header, then the rows in the order of the tree, each part with its checkpoint.

    Rows that no checkpoint covers are left out. Raises as the store.
    """
    yield header_line(key)
    with store.look() as records:
        checkpoints = records.checkpoints()
    place = 0
    for checkpoint in checkpoints:
        while place < checkpoint.size:
            most = min(_MOST_ROWS, checkpoint.size - place)
            with store.look() as records:
                rows = records.sealed(place, most)
            yield from map(row_line, rows)
            # A row that is gone leaves a gap for the reader to find.
            place += most
        yield checkpoint_line(checkpoint)
