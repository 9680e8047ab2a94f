"""Checking a whole journal: every leaf, the tree over them, everything that was ever signed.

The audit reads the leaves once, in order, and holds no more than the right edge of the tree. Each
obligation names the first place where it does not hold: of the hashes above an altered leaf only
the lowest, of the roots only the first.

Obligations:

1. Positions are dense from 0.
2. Where an entry is kept, the leaf is the commitment to it; where it is not, its erasure is
   written down.
3. Every stored hash of a subtree is the hash of its leaves, and none is missing.
4. At every size that was signed, here or by a witness, the tree has the root that was signed.
5. No size that was signed is larger than the journal, and every leaf is under a checkpoint.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from mithaq.core.ids import Digest
from mithaq.core.journal.entry import Entry, commitment
from mithaq.core.journal.errors import BadEntry, Inconsistent, Truncated
from mithaq.core.journal.frontier import Frontier, Node

MAX_FAULTS = 100  # that are named; all are counted


class Kept(Enum):
    """What is known of the event behind a leaf."""

    ENTRY = "entry"  # it is kept, and opened here
    ERASED = "erased"  # it was erased, and that is written down
    MISSING = "missing"  # it is gone and nothing says why
    CLOSED = "closed"  # the audit sees commitments only, as in an export


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A leaf as it is stored. `entry` stands there exactly when it is kept."""

    position: int
    commitment: bytes
    kept: Kept
    event_id: uuid.UUID | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody signed or noted down: at `size` leaves the root was `root`.

    `by` says who, for people: "checkpoint", "mark", the name of a witness.
    """

    size: int
    root: Digest
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that does not hold, and where: a position, an event, or neither is known."""

    code: str
    detail: str
    position: int | None = None
    event_id: uuid.UUID | None = None


@dataclass(slots=True, kw_only=True)
class Report:
    """What the audit found. The journal holds if there is no fault."""

    size: int = 0
    root: Digest = field(default_factory=lambda: Frontier().root())
    kept: int = 0
    erased: int = 0
    statements: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.fault_count == 0

    def add(self, fault: Fault) -> None:
        """Count `fault`, and name it unless many are named already."""
        self.fault_count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)


StoredHash = Callable[[Node], Digest | None]
"""Returns the stored hash of a subtree just completed: None if it is missing, the hash of the
node itself where that level is not stored."""


def audit(*, leaves: Iterable[Leaf], stored: StoredHash, statements: Iterable[Statement]) -> Report:
    """Return what an audit finds; `leaves` by position, `statements` by size, smallest first."""
    walk = _Walk(stored=stored, statements=iter(statements))
    walk.compare()
    for leaf in leaves:
        walk.take(leaf)
    walk.end()
    return walk.report


class _Walk:
    """One pass over the leaves."""

    def __init__(self, *, stored: StoredHash, statements: Iterator[Statement]) -> None:
        self.report = Report()
        self._stored = stored
        self._statements = statements
        self._next = next(statements, None)
        self._frontier = Frontier()
        self._broken: set[tuple[int, int]] = set()
        self._is_whole = True  # no leaf is missing so far, so the tree can be computed
        self._last_stated = 0
        self._root_differs = False

    def take(self, leaf: Leaf) -> None:
        """Check one leaf and grow the tree by it."""
        self._check_position(leaf)
        self._check_entry(leaf)
        self.report.size = leaf.position + 1
        if self._is_whole:
            for node in self._frontier.append(leaf.commitment):
                self._check_node(node, leaf)
            self.compare()

    def _check_position(self, leaf: Leaf) -> None:  # discharges 1
        expected = self.report.size
        if leaf.position != expected:
            self._is_whole = False
            detail = f"position {expected} is missing; {leaf.position} stands in its place"
            self.report.add(Fault(code=Inconsistent.code, detail=detail, position=expected))

    def _check_entry(self, leaf: Leaf) -> None:  # discharges 2
        detail = ""
        if leaf.kept is Kept.MISSING:
            detail = "the event is gone and no erasure is written down"
        elif leaf.kept is Kept.ERASED:
            self.report.erased += 1
        elif leaf.entry is not None:
            self.report.kept += 1
            detail = _difference(leaf, leaf.entry)
        if detail:
            self._fault(detail, leaf)

    def _check_node(self, node: Node, leaf: Leaf) -> None:  # discharges 3
        found = self._stored(node)
        if found == node.digest:
            return
        below = {(node.level - 1, node.index * 2), (node.level - 1, node.index * 2 + 1)}
        self._broken.add((node.level, node.index))
        if below & self._broken:
            return  # what lies below was named
        first = node.index << node.level
        what = "missing" if found is None else "not that of its leaves"
        span = f"positions {first} to {leaf.position}" if node.level else f"position {first}"
        self.report.add(
            Fault(
                code=Inconsistent.code,
                detail=f"the stored hash over {span} is {what}",
                position=first,
                event_id=leaf.event_id if first == leaf.position else None,
            )
        )

    def _fault(self, detail: str, leaf: Leaf) -> None:
        self.report.add(
            Fault(
                code=Inconsistent.code,
                detail=detail,
                position=leaf.position,
                event_id=leaf.event_id,
            )
        )

    def compare(self) -> None:  # discharges 4
        """Compare the tree with every statement about its present size."""
        while self._next is not None and self._next.size <= self._frontier.size:
            self.report.statements += 1
            if not self._root_differs:
                self._compare_root(self._next)
            self._next = next(self._statements, None)

    def _compare_root(self, statement: Statement) -> None:
        if statement.root == self._frontier.root():
            self._last_stated = statement.size
            return
        self._root_differs = True
        detail = (
            f"{statement.by}: another root was signed at size {statement.size};"
            f" what differs stands at position {self._last_stated} or later"
        )
        self.report.add(Fault(code=Inconsistent.code, detail=detail, position=self._last_stated))

    def end(self) -> None:  # discharges 5
        """Check what can only be seen after the last leaf."""
        if self._is_whole:
            self.report.root = self._frontier.root()
            if self._next is None and not self._root_differs:
                self._check_last_stated()
        beyond = [one for one in self._rest() if one.size > self.report.size]
        if beyond:
            detail = f"{beyond[-1].by}: {beyond[-1].size} entries were signed"
            self.report.add(
                Fault(
                    code=Truncated.code,
                    detail=f"{detail}, {self.report.size} are here",
                    position=self.report.size,
                )
            )

    def _check_last_stated(self) -> None:
        if self._frontier.size > self._last_stated:
            detail = f"positions from {self._last_stated} on are under no checkpoint"
            self.report.add(
                Fault(code=Inconsistent.code, detail=detail, position=self._last_stated)
            )

    def _rest(self) -> Iterator[Statement]:
        if self._next is not None:
            yield self._next
        yield from self._statements


def _difference(leaf: Leaf, entry: Entry) -> str:
    """Return what is wrong with the entry behind a leaf; empty if nothing is."""
    try:
        holds = entry.id == leaf.event_id and commitment(entry) == leaf.commitment
    except BadEntry:
        holds = False
    return "" if holds else "the event is not the one that was committed to"
