from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaijo.reset.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    frontier_of,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
)

# The entries and roots with which the logs of certificate transparency test themselves.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes([number])) for number in range(40)]
SIZES = st.integers(1, 40)


def root_of(leaves: list[bytes]) -> bytes:
    """Return the root by the definition [RFC 9162 2.1.1], which is recursive and knows no frontier."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    half = max(1 << bit for bit in range(8) if 1 << bit < len(leaves))
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_root_is_the_published_one(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES[:size]]
    assert frontier_of(leaves).root.hex() == ROOTS[size - 1]


@pytest.mark.parametrize("size", range(41))
def test_frontier_has_the_root_of_the_definition_and_a_peak_for_each_bit_of_its_size(size: int) -> None:
    tree = frontier_of(LEAVES[:size])
    assert (tree.size, tree.root) == (size, root_of(LEAVES[:size]))
    assert len(tree.peaks) == size.bit_count()


def test_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root == EMPTY_ROOT == root_of([])


@given(SIZES, st.data())
def test_inclusion_proof_shows_its_leaf_at_its_place_and_nothing_else(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(leaves, index), root_of(leaves)
    assert is_included(leaves[index], index, size, proof, root)
    assert [other for other in range(size) if is_included(leaves[index], other, size, proof, root)] == [index]
    assert [leaf for leaf in leaves if is_included(leaf, index, size, proof, root)] == [leaves[index]]
    assert not is_included(leaves[index], index, size, (*proof, proof[-1] if proof else root), root)
    for at in range(len(proof)):
        assert not is_included(leaves[index], index, size, proof[:at] + proof[at + 1 :], root)
        assert not is_included(leaves[index], index, size, (*proof[:at], bytes(32), *proof[at + 1 :]), root)


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_nothing_is_included_outside_the_tree(index: int) -> None:
    proof, root = inclusion_proof(LEAVES[:3], 2), root_of(LEAVES[:3])
    assert not is_included(LEAVES[2], index, 3, proof, root)


@given(SIZES, st.data())
def test_consistency_proof_shows_growth_from_its_beginning_alone(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    leaves = LEAVES[:new]
    proof, before, after = consistency_proof(leaves, old), root_of(leaves[:old]), root_of(leaves)
    assert is_consistent(old, new, before, after, proof)
    assert not is_consistent(old, new, bytes(32), after, proof)
    assert not is_consistent(old, new, before, bytes(32), proof)
    assert not is_consistent(old, new, before, after, (*proof, before))
    for at in range(len(proof)):
        assert not is_consistent(old, new, before, after, proof[:at] + proof[at + 1 :])
        assert not is_consistent(old, new, before, after, (*proof[:at], bytes(32), *proof[at + 1 :]))


@given(SIZES, SIZES, st.data())
def test_no_proof_fits_a_beginning_that_was_rewritten(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [bytes(32) if at == changed else leaf for at, leaf in enumerate(LEAVES[:new])]
    proof = consistency_proof(rewritten, old)
    assert not is_consistent(old, new, root_of(LEAVES[:old]), root_of(rewritten), proof)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_sizes_that_cannot_be_are_not_consistent(old: int, new: int) -> None:
    assert not is_consistent(old, new, LEAVES[0], LEAVES[0], ())


def test_empty_proof_between_different_sizes_is_none() -> None:
    assert not is_consistent(3, 4, root_of(LEAVES[:3]), root_of(LEAVES[:4]), ())
