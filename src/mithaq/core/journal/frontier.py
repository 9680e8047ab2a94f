"""The right edge of the tree of RFC 6962, which is all that growing it needs.

Invariants:

- The edge holds one hash for each binary digit 1 of the size, the largest subtree first.
- Appending completes subtrees and never changes one that was complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mithaq.core.ids import Digest
from mithaq.core.journal.errors import Inconsistent
from mithaq.core.journal.tree import EMPTY_ROOT, HASH_SIZE, MAX_SIZE, join, leaf_hash, node_hash

SIZE_BYTES = 8  # bytes of a tree size in the serialised frontier


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The hash of one complete subtree; level 0 is a leaf."""

    level: int
    index: int
    digest: Digest


class Frontier:
    """The right edge of a growing tree: all that is needed to append and to know the root."""

    __slots__ = ("_edge", "_size")

    def __init__(self, *, size: int = 0, edge: Sequence[Digest] = ()) -> None:
        """Take the hashes of the complete subtrees of a tree of `size` leaves, largest first.

        Raises:
            Inconsistent: `edge` has not one 32-byte hash for each binary digit 1 of `size`.
        """
        fits = 0 <= size <= MAX_SIZE and len(edge) == size.bit_count()
        if not fits or any(len(digest) != HASH_SIZE for digest in edge):
            raise Inconsistent("the edge does not fit the size of the tree")
        self._size = size
        self._edge = list(edge)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return self._size

    def append(self, leaf_data: bytes) -> list[Node]:
        """Add a leaf; return the subtrees this completes, the leaf itself first."""
        digest, level, index = leaf_hash(leaf_data), 0, self._size
        completed = [Node(level=level, index=index, digest=digest)]
        while index & 1:
            digest = node_hash(self._edge.pop(), digest)
            level, index = level + 1, index >> 1
            completed.append(Node(level=level, index=index, digest=digest))
        self._edge.append(digest)
        self._size += 1
        return completed

    def root(self) -> Digest:
        """Return the root of the tree as it stands; of no leaves, SHA-256 of nothing."""
        return join(self._edge) if self._edge else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Return the size (8 bytes, big-endian), then the hashes, largest subtree first."""
        return self._size.to_bytes(SIZE_BYTES, "big") + b"".join(self._edge)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Return the frontier that `to_bytes` wrote.

        Raises:
            Inconsistent: the length does not fit the size that stands in it.
        """
        size = int.from_bytes(data[:SIZE_BYTES], "big")
        edge = [Digest(part) for part in _cut(data[SIZE_BYTES:])]
        if len(data) < SIZE_BYTES:
            raise Inconsistent("a frontier begins with the size of its tree")
        return cls(size=size, edge=edge)


def _cut(data: bytes) -> Iterable[bytes]:
    return (data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE))
