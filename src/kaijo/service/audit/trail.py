"""The audit trail of one service, for whoever signs it and takes it out of the house."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaijo.clock import Clock
from kaijo.reset.audit_ports import AuditStore
from kaijo.reset.checkpoints import Checkpoint
from kaijo.reset.scribe import Scribe
from kaijo.service.audit.exporter import export
from kaijo.service.audit.maker import make_checkpoints


@dataclass(frozen=True, slots=True)
class Trail:
    """The rows, the key that signs for them, and who writes down that somebody took them."""

    store: AuditStore
    key: Ed25519PrivateKey
    scribe: Scribe
    clock: Clock

    @property
    def public_key(self) -> str:
        """The raw public key, 64 hexadecimal digits."""
        return self.key.public_key().public_bytes_raw().hex()

    def checkpoint(self) -> Checkpoint | None:
        """Cover every row and return the newest checkpoint, None when nothing was ever written. Raises as the maker."""
        make_checkpoints(self.store, self.key, self.clock)
        with self.store.look() as records:
            last = records.last_checkpoint()
        return None if last is None else last[0]

    def export(self) -> Iterator[bytes]:
        """Yield the lines of an export that covers every row, its own taking out included. Raises as the maker."""
        with self.store.begin() as records:
            records.add_audit(self.scribe.operator_act("audit-exported"))
        make_checkpoints(self.store, self.key, self.clock)
        yield from export(self.store, self.key.public_key())
