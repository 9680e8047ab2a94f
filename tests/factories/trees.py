from __future__ import annotations

from mithaq.core.ids import Digest
from mithaq.core.journal.frontier import Frontier


class Grown:
    """A tree grown leaf by leaf, its complete subtrees kept."""

    def __init__(self, size: int) -> None:
        self.leaves = [f"leaf {number}".encode() for number in range(size)]
        self.frontier = Frontier()
        self.hashes: dict[tuple[int, int], Digest] = {}
        for leaf in self.leaves:
            for node in self.frontier.append(leaf):
                self.hashes[node.level, node.index] = node.digest

    def hash_at(self, level: int, index: int) -> Digest:
        return self.hashes[level, index]
