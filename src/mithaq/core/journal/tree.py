"""The Merkle tree of RFC 6962: hashing, growth, proofs and their verification.

Invariants:

- A leaf hashes as SHA-256(0x00 || data), a node as SHA-256(0x01 || left || right), so neither
  can stand for the other.
- The tree of `size` leaves is a row of complete subtrees whose sizes are the binary digits of
  `size`; subtree `(level, index)` covers the leaves `index << level` up to
  `(index + 1) << level`, and once complete its hash never changes.
- A verifying function answers by returning; it raises in every other case.

Source: RFC 6962, section 2.1; the verification algorithms are those of RFC 9162, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from mithaq.core.ids import Digest
from mithaq.core.journal.errors import BadProof

HASH_SIZE = 32  # bytes
MAX_SIZE = 2**63 - 1  # leaves; a bigint of the database, and far more than will ever be written

EMPTY_ROOT = Digest(sha256(b"").digest())

HashAt = Callable[[int, int], Digest]
"""Returns the hash of the complete subtree `(level, index)`."""


def leaf_hash(data: bytes) -> Digest:
    """Return the hash of the leaf that holds `data`."""
    return Digest(sha256(b"\x00" + data).digest())


def node_hash(left: bytes, right: bytes) -> Digest:
    """Return the hash of the node above two 32-byte hashes."""
    return Digest(sha256(b"\x01" + left + right).digest())


def join(subtrees: Sequence[Digest]) -> Digest:
    """Return the hash over complete subtrees, largest first."""
    *rest, digest = subtrees
    for left in reversed(rest):
        digest = node_hash(left, digest)
    return digest


def _cover(start: int, end: int) -> list[tuple[int, int]]:
    """Return the complete subtrees over the leaves `start` to `end`; `start` is aligned."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def root_at(*, hash_at: HashAt, size: int) -> Digest:
    """Return the root that the tree had when it held `size` leaves."""
    return _range_hash(hash_at, 0, size) if size else EMPTY_ROOT


def _range_hash(hash_at: HashAt, start: int, end: int) -> Digest:
    return join([hash_at(level, index) for level, index in _cover(start, end)])


def _split(count: int) -> int:
    """Return the largest power of two smaller than `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def inclusion_proof(*, hash_at: HashAt, index: int, size: int) -> tuple[Digest, ...]:
    """Return the audit path of leaf `index` in the tree of `size` leaves, from the leaf up.

    Raises:
        BadProof: there is no such leaf in that tree.

    Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size:
        raise BadProof("no such leaf in a tree of that size")
    path: list[Digest] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(hash_at, middle, end))
            end = middle
        else:
            path.append(_range_hash(hash_at, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_proof(*, hash_at: HashAt, old: int, size: int) -> tuple[Digest, ...]:
    """Return the proof that the tree of `size` leaves continues the tree of `old` leaves.

    It is empty when `old` is 0 or equals `size`.

    Raises:
        BadProof: `old` is negative or larger than `size`.

    Source: RFC 6962, section 2.1.2.
    """
    if not 0 <= old <= size:
        raise BadProof("a tree cannot continue a larger one")
    if old in (0, size):
        return ()
    path: list[Digest] = []
    start, end = 0, size
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_hash(hash_at, middle, end))
            end = middle
        else:
            path.append(_range_hash(hash_at, start, middle))
            start = middle
    if start:
        path.append(_range_hash(hash_at, start, end))
    return tuple(reversed(path))


def inclusion_root(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> Digest:
    """Return the only root under which `proof` shows leaf data `leaf` at `index`.

    1. `index` lies inside the tree.
    2. Every hash of the proof has 32 bytes, and there are exactly as many as the path has steps.

    Raises:
        BadProof: one of these does not hold.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size <= MAX_SIZE:  # discharges 1
        raise BadProof("the leaf lies outside the tree")
    inner = (index ^ (size - 1)).bit_length()
    _check_shape(proof, inner + (index >> inner).bit_count())  # discharges 2
    digest = leaf_hash(leaf)
    for level, sibling in enumerate(proof):
        if level < inner and not index >> level & 1:
            digest = node_hash(digest, sibling)
        else:
            digest = node_hash(sibling, digest)
    return digest


def _check_shape(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected or any(len(digest) != HASH_SIZE for digest in proof):
        raise BadProof("the proof has not the length of its path")


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Accept only if leaf data `leaf` stands at `index` in the tree of `size` under `root`.

    1. The proof has the one shape that `index` and `size` allow.
    2. The root it leads to is `root`.

    Raises:
        BadProof: one of these does not hold.
    """
    reached = inclusion_root(leaf=leaf, index=index, size=size, proof=proof)  # discharges 1
    if reached != root:  # discharges 2
        raise BadProof("the proof leads to another root")


def verify_consistency(
    *, old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Accept only if the tree of `size` under `root` continues that of `old` under `old_root`.

    1. `old` is not larger than `size`.
    2. From nothing: the old root is that of the empty tree and the proof is empty.
    3. Of equal sizes: the roots are equal and the proof is empty.
    4. Else the proof has the one shape that the two sizes allow, and leads to both roots.

    Raises:
        BadProof: one of these does not hold.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old <= size <= MAX_SIZE:  # discharges 1
        raise BadProof("a tree cannot continue a larger one")
    if old == 0:  # discharges 2
        holds = not proof and old_root == EMPTY_ROOT
    elif old == size:  # discharges 3
        holds = not proof and old_root == root
    else:  # discharges 4
        holds = _both_roots(old=old, size=size, proof=proof, seed=old_root) == (old_root, root)
    if not holds:
        raise BadProof("the proof does not join the two trees")


def _both_roots(*, old: int, size: int, proof: Sequence[bytes], seed: bytes) -> tuple[bytes, bytes]:
    """Return the old and the new root that the proof leads to.

    The walk begins at the last complete subtree of the old tree, whose hash is the first of the
    proof, unless the old tree is that one subtree: then its root is the `seed`.
    """
    level = (old & -old).bit_length() - 1
    index, last = (old - 1) >> level, (size - 1) >> level
    inner = (index ^ last).bit_length()
    whole = index == 0
    _check_shape(proof, inner + (index >> inner).bit_count() + (0 if whole else 1))
    first = new = seed if whole else proof[0]
    for step, sibling in enumerate(proof if whole else proof[1:]):
        if step < inner and not index >> step & 1:
            new = node_hash(new, sibling)
        else:
            first, new = node_hash(sibling, first), node_hash(sibling, new)
    return first, new


def merkle_batch(leaves: Sequence[bytes]) -> tuple[Digest, list[tuple[Digest, ...]]]:
    """Return the root over all leaf data and one audit path a leaf, in the order of the leaves.

    For batches held in memory; the paths verify with `verify_inclusion`.
    """
    row = [leaf_hash(leaf) for leaf in leaves]
    paths: list[list[Digest]] = [[] for _ in row]
    level = 0
    while len(row) > 1:
        for index, path in enumerate(paths):
            sibling = (index >> level) ^ 1
            if sibling < len(row):
                path.append(row[sibling])
        row = _row_above(row)
        level += 1
    return (row[0] if row else EMPTY_ROOT), [tuple(path) for path in paths]


def _row_above(row: Sequence[Digest]) -> list[Digest]:
    """Return the hashes one level up; a last one without a sibling is taken over as it is."""
    above = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
    return [*above, row[-1]] if len(row) % 2 else above
