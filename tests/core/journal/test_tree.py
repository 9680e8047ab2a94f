from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigstore._internal import merkle as foreign

from mithaq.core.journal import tree
from mithaq.core.journal.errors import BadProof
from tests.factories.trees import Grown

SIZES = st.integers(min_value=1, max_value=300)


def textbook_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, written out as it stands there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    both = textbook_root(leaves[:split]) + textbook_root(leaves[split:])
    return sha256(b"\x01" + both).digest()


@pytest.fixture(scope="module")
def grown() -> Grown:
    return Grown(300)


@given(size=st.integers(min_value=0, max_value=130))
def test_the_root_of_every_size_is_that_of_the_rfc(size: int) -> None:
    made = Grown(size)

    assert made.frontier.root() == textbook_root(made.leaves)
    assert tree.root_at(hash_at=made.hash_at, size=size) == made.frontier.root()


@given(size=SIZES, data=st.data())
def test_every_inclusion_proof_verifies_and_a_foreign_verifier_agrees(
    grown: Grown, size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = tree.root_at(hash_at=grown.hash_at, size=size)

    proof = tree.inclusion_proof(hash_at=grown.hash_at, index=index, size=size)

    leaf = grown.leaves[index]
    tree.verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root)
    assert foreign_root(leaf=leaf, index=index, size=size, proof=proof) == root


def foreign_root(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that sigstore-python reaches."""
    inner, border = foreign._decomp_inclusion_proof(index, size)
    assert len(proof) == inner + border
    seed = foreign._chain_inner(foreign._hash_leaf(leaf), list(proof[:inner]), index)
    return foreign._chain_border_right(seed, list(proof[inner:]))


@given(size=SIZES, data=st.data())
def test_no_altered_inclusion_proof_verifies(grown: Grown, size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = list(tree.inclusion_proof(hash_at=grown.hash_at, index=index, size=size))
    root_before = tree.root_at(hash_at=grown.hash_at, size=size)
    pieces: list[bytes] = [grown.leaves[index], root_before, *proof]
    which = data.draw(st.integers(0, len(pieces) - 1))
    bit = data.draw(st.integers(0, len(pieces[which]) * 8 - 1))

    changed = bytearray(pieces[which])
    changed[bit // 8] ^= 1 << bit % 8
    pieces[which] = bytes(changed)

    leaf, root, *rest = pieces
    with pytest.raises(BadProof):
        tree.verify_inclusion(leaf=leaf, index=index, size=size, proof=rest, root=root)


@given(size=st.integers(2, 300), data=st.data())
def test_an_inclusion_proof_shows_no_other_position(
    grown: Grown, size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-2, size + 2).filter(lambda number: number != index))
    proof = tree.inclusion_proof(hash_at=grown.hash_at, index=index, size=size)
    root = tree.root_at(hash_at=grown.hash_at, size=size)

    with pytest.raises(BadProof):
        tree.verify_inclusion(
            leaf=grown.leaves[index], index=other, size=size, proof=proof, root=root
        )


@given(size=SIZES, data=st.data())
def test_an_inclusion_proof_of_another_length_is_refused(
    grown: Grown, size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion_proof(hash_at=grown.hash_at, index=index, size=size)
    root = tree.root_at(hash_at=grown.hash_at, size=size)
    longer: list[bytes] = [*proof, bytes(32)]
    shorter: list[bytes] = [*proof[:-1]]

    for altered in [longer, shorter] if proof else [longer]:
        with pytest.raises(BadProof):
            tree.verify_inclusion(
                leaf=grown.leaves[index], index=index, size=size, proof=altered, root=root
            )


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4)])
def test_no_inclusion_proof_is_made_for_a_leaf_outside_the_tree(
    grown: Grown, index: int, size: int
) -> None:
    with pytest.raises(BadProof):
        tree.inclusion_proof(hash_at=grown.hash_at, index=index, size=size)


@given(size=st.integers(0, 300), data=st.data())
def test_every_consistency_proof_verifies(grown: Grown, size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))

    proof = tree.consistency_proof(hash_at=grown.hash_at, old=old, size=size)

    tree.verify_consistency(
        old=old,
        size=size,
        proof=proof,
        old_root=tree.root_at(hash_at=grown.hash_at, size=old),
        root=tree.root_at(hash_at=grown.hash_at, size=size),
    )


@given(size=st.integers(2, 300), data=st.data())
def test_no_altered_consistency_proof_verifies(
    grown: Grown, size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, size - 1))
    proof = tree.consistency_proof(hash_at=grown.hash_at, old=old, size=size)
    pieces: list[bytes] = [
        tree.root_at(hash_at=grown.hash_at, size=old),
        tree.root_at(hash_at=grown.hash_at, size=size),
        *proof,
    ]
    which = data.draw(st.integers(0, len(pieces) - 1))
    bit = data.draw(st.integers(0, 255))

    changed = bytearray(pieces[which])
    changed[bit // 8] ^= 1 << bit % 8
    pieces[which] = bytes(changed)

    old_root, root, *rest = pieces
    with pytest.raises(BadProof):
        tree.verify_consistency(old=old, size=size, proof=rest, old_root=old_root, root=root)


@pytest.mark.parametrize(
    ("old", "size", "proof", "old_root", "root"),
    [
        pytest.param(2, 1, (), b"a" * 32, b"b" * 32, id="a larger one before"),
        pytest.param(-1, 1, (), b"a" * 32, b"b" * 32, id="a negative size"),
        pytest.param(0, 1, (), b"a" * 32, b"b" * 32, id="nothing, with a root of something"),
        pytest.param(0, 1, (bytes(32),), tree.EMPTY_ROOT, b"b" * 32, id="nothing, with a proof"),
        pytest.param(3, 3, (), b"a" * 32, b"b" * 32, id="equal sizes, other roots"),
        pytest.param(3, 3, (bytes(32),), b"a" * 32, b"a" * 32, id="equal sizes, with a proof"),
        pytest.param(3, 5, (), b"a" * 32, b"a" * 32, id="no proof"),
    ],
)
def test_a_consistency_that_cannot_be_is_refused(
    *, old: int, size: int, proof: tuple[bytes, ...], old_root: bytes, root: bytes
) -> None:
    with pytest.raises(BadProof):
        tree.verify_consistency(old=old, size=size, proof=proof, old_root=old_root, root=root)


def test_no_consistency_proof_is_made_towards_a_smaller_tree(grown: Grown) -> None:
    with pytest.raises(BadProof):
        tree.consistency_proof(hash_at=grown.hash_at, old=5, size=4)


@given(size=st.integers(0, 80))
def test_a_batch_has_the_root_and_the_paths_of_the_tree(grown: Grown, size: int) -> None:
    root, proofs = tree.merkle_batch(grown.leaves[:size])

    assert root == tree.root_at(hash_at=grown.hash_at, size=size)
    assert proofs == [
        tree.inclusion_proof(hash_at=grown.hash_at, index=index, size=size) for index in range(size)
    ]


def test_a_node_cannot_stand_for_a_leaf() -> None:
    left, right = b"l" * 32, b"r" * 32

    assert tree.leaf_hash(left + right) != tree.node_hash(left, right)


@pytest.mark.parametrize("size", [31, 33])
def test_a_hash_of_another_length_is_refused_though_it_leads_to_the_root(size: int) -> None:
    root = tree.node_hash(tree.leaf_hash(b"leaf"), bytes(size))

    with pytest.raises(BadProof):
        tree.verify_inclusion(leaf=b"leaf", index=0, size=2, proof=[bytes(size)], root=root)
