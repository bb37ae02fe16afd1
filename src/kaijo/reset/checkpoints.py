"""Checkpoints: the operator's signed word on how many rows there are and what they hash to."""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kaijo.errors import UsageProblem
from kaijo.reset.audit import NOTHING_BEFORE, canonical, read_canonical, read_time, spell_time
from kaijo.reset.merkle import Frontier, leaf_hash

_PURPOSE: Final = b"KAIJO CHECKPOINT 1\n"
_LENGTHS: Final = (32, 32, 32, 64)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: the number of rows, the root of their tree, when, and the SHA-256 of the key that signed.

    `previous` is the hash of the checkpoint before, zeros for the first: none can be left out.
    """

    size: int
    root: bytes
    at: datetime
    previous: bytes
    key: bytes
    signature: bytes

    def plain(self) -> dict[str, Any]:
        """Return the checkpoint in JSON's types; canonically spelled, it is a line of an export."""
        signed = {
            "at": spell_time(self.at),
            "key": self.key.hex(),
            "previous": self.previous.hex(),
            "root": self.root.hex(),
            "size": self.size,
        }
        return {"checkpoint": signed, "signature": self.signature.hex()}

    @property
    def hash(self) -> bytes:
        """SHA-256 over a zero byte and the canonical encoding, as of a row."""
        return leaf_hash(canonical(self.plain()))

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Return whether that key signed exactly this."""
        try:
            key.verify(self.signature, _PURPOSE + canonical(self.plain()["checkpoint"]))
        except InvalidSignature:
            return False
        return self.key == fingerprint(key)

    @classmethod
    def read(cls, plain: Any) -> Self:
        """Return the checkpoint that `plain` spells. Raises ValueError when it is none."""
        try:
            signed = plain["checkpoint"]
            found = cls(
                size=signed["size"],
                root=bytes.fromhex(signed["root"]),
                at=read_time(signed["at"]),
                previous=bytes.fromhex(signed["previous"]),
                key=bytes.fromhex(signed["key"]),
                signature=bytes.fromhex(plain["signature"]),
            )
        except (KeyError, TypeError, ValueError):
            raise ValueError("checkpoint") from None
        lengths = tuple(map(len, (found.root, found.previous, found.key, found.signature)))
        if lengths != _LENGTHS or type(found.size) is not int or found.size < 1 or found.plain() != plain:
            raise ValueError("checkpoint")
        return found


def sign_checkpoint(tree: Frontier, at: datetime, key: Ed25519PrivateKey, before: Checkpoint | None) -> Checkpoint:
    """Return the signed checkpoint of a tree; `before` is the checkpoint that it follows."""
    previous = NOTHING_BEFORE if before is None else before.hash
    unsigned = Checkpoint(tree.size, tree.root, at, previous, fingerprint(key.public_key()), b"")
    return replace(unsigned, signature=key.sign(_PURPOSE + canonical(unsigned.plain()["checkpoint"])))


def fingerprint(key: Ed25519PublicKey) -> bytes:
    """Return the SHA-256 of the raw public key (32 bytes)."""
    return sha256(key.public_bytes_raw()).digest()


def read_kept(content: bytes) -> Checkpoint:
    """Return the last checkpoint in a file of checkpoint lines. Raises UsageProblem `audit.not-a-checkpoint`."""
    lines = content.splitlines()
    try:
        return Checkpoint.read(read_canonical(lines[-1]))
    except (IndexError, ValueError):
        raise UsageProblem("audit.not-a-checkpoint") from None


def read_public_key(text: str) -> Ed25519PublicKey:
    """Return the public key that 64 hexadecimal digits spell. Raises UsageProblem `audit.not-a-key`."""
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text.strip()))
    except ValueError:
        raise UsageProblem("audit.not-a-key") from None
