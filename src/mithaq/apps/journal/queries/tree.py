"""Reading the tree: nodes, positions, checkpoints."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from mithaq.apps.journal.models import Checkpoint
from mithaq.core.errors import MithaqError
from mithaq.core.ids import Digest
from mithaq.core.journal.errors import Inconsistent
from mithaq.core.journal.frontier import Frontier
from mithaq.core.journal.tree import HashAt, leaf_hash

_POSITIONS = "SELECT event_id, position FROM journal_leaf WHERE event_id = ANY(%s)"
_NODES = """
    SELECT node.level, node.index, node.digest
    FROM journal_node AS node
    JOIN unnest(%s::smallint[], %s::bigint[]) AS wanted(level, index) USING (level, index)
"""
_LEAVES = "SELECT position, commitment FROM journal_leaf WHERE position = ANY(%s)"


class UnknownEntry(MithaqError):
    """No entry of that id has a position in the journal."""

    code = "journal.unknown_entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A signed state of the tree: the checkpoint as a note, and the edge to grow from."""

    size: int
    root: Digest
    signed: bytes
    frontier: Frontier


def positions(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return the position of each entry in `ids` that has one."""
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS, [list(ids)])
        return dict(cursor.fetchall())


def latest_checkpoint() -> State | None:
    """Return the largest signed state, or None before the first."""
    return _state(Checkpoint.objects.order_by("-size").first())


def checkpoint_at(size: int) -> State | None:
    """Return the state that was signed at exactly `size`, or None."""
    return _state(Checkpoint.objects.filter(size=size).first())


def _state(row: Checkpoint | None) -> State | None:
    if row is None:
        return None
    return State(
        size=row.size,
        root=Digest(bytes(row.root)),
        signed=bytes(row.signed),
        frontier=Frontier.from_bytes(bytes(row.frontier)),
    )


def with_nodes(make: Callable[[HashAt], Sequence[Digest]]) -> tuple[Digest, ...]:
    """Return what `make` makes out of the stored tree, in two reads however long the path.

    `make` runs twice: once to learn which nodes it asks for, once with their hashes.

    Raises:
        Inconsistent: a node that it needs is not stored.
    """
    wanted: list[tuple[int, int]] = []

    def note_down(level: int, index: int) -> Digest:
        wanted.append((level, index))
        return Digest(bytes(32))

    make(note_down)
    found = _fetch(wanted)

    def look_up(level: int, index: int) -> Digest:
        try:
            return found[level, index]
        except KeyError as fault:
            raise Inconsistent(f"the hash of subtree {level}/{index} is missing") from fault

    return tuple(make(look_up))


def _fetch(wanted: Sequence[tuple[int, int]]) -> Mapping[tuple[int, int], Digest]:
    above = [(level, index) for level, index in wanted if level]
    with connection.cursor() as cursor:
        levels, indexes = [level for level, _ in above], [index for _, index in above]
        cursor.execute(_NODES, [levels, indexes])
        found = {(level, index): Digest(bytes(digest)) for level, index, digest in cursor}
        cursor.execute(_LEAVES, [[index for level, index in wanted if not level]])
        found |= {(0, position): leaf_hash(bytes(leaf)) for position, leaf in cursor}
    return found
