"""A Merkle tree over a growing list, and proofs about it [RFC 9162 2.1]. Leaves and nodes are 32 bytes of SHA-256."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256().digest()


def leaf_hash(content: bytes) -> bytes:
    """Return the leaf for one entry. The first byte keeps a leaf from ever passing as a node."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the node above two others."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that a tree needs to grow: how many leaves it has, and the tops of its whole parts, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def grown(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one leaf more."""
        peaks, parts, top = list(self.peaks), self.size, leaf
        while parts & 1:
            top, parts = node_hash(peaks.pop(), top), parts >> 1
        return Frontier(self.size + 1, (*peaks, top))

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        if not self.peaks:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(self.peaks))


def frontier_of(leaves: Sequence[bytes]) -> Frontier:
    """Return the frontier of these leaves."""
    return reduce(Frontier.grown, leaves, Frontier())


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from leaf `index` (from 0, below the number of leaves) to the root."""
    if len(leaves) <= 1:
        return ()
    half = _half(len(leaves))
    if index < half:
        return (*inclusion_proof(leaves[:half], index), frontier_of(leaves[half:]).root)
    return (*inclusion_proof(leaves[half:], index - half), frontier_of(leaves[:half]).root)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof shows `leaf` at `index` of the tree of `size` leaves with that root."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(other, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, other)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], old: int) -> tuple[bytes, ...]:
    """Return the hashes that show that the tree of the first `old` leaves (1 to all of them) is a beginning of this."""
    return _subproof(leaves, old, whole=True)


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that a tree of `old` leaves grew, and only grew, into that of `new` leaves."""
    if not 1 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = node_hash(after, other)
        here, last = here >> 1, last >> 1
    return last == 0 and (before, after) == (old_root, new_root)


def _subproof(leaves: Sequence[bytes], old: int, *, whole: bool) -> tuple[bytes, ...]:
    if old == len(leaves):
        return () if whole else (frontier_of(leaves).root,)
    half = _half(len(leaves))
    if old <= half:
        return (*_subproof(leaves[:half], old, whole=whole), frontier_of(leaves[half:]).root)
    return (*_subproof(leaves[half:], old - half, whole=False), frontier_of(leaves[:half]).root)


def _half(size: int) -> int:
    """Return the largest power of two below `size` (2 or more)."""
    return 1 << (size - 1).bit_length() - 1
