"""Streaming the stored journal through the audit."""

from __future__ import annotations

import heapq
import pathlib
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from mithaq.apps.journal import store
from mithaq.apps.journal.models import Checkpoint, Cosignature
from mithaq.core.ids import Digest
from mithaq.core.journal import audit as audits
from mithaq.core.journal.audit import Fault, Kept, Leaf, Report, Statement
from mithaq.core.journal.checkpoint import SignedCheckpoint, read_checkpoint
from mithaq.core.journal.entry import Entry
from mithaq.core.journal.errors import BadCheckpoint, Inconsistent, JournalError
from mithaq.core.journal.frontier import Node
from mithaq.core.journal.note import VerifierKey

_CHUNK = 2000  # rows fetched at once
_LEAVES = """
    SELECT leaf.position, leaf.event_id, leaf.commitment, saying.id IS NOT NULL,
           event.kind, event.actor, event.subject, event.purpose, event.pact, event.peer,
           event.at, event.salt
    FROM journal_leaf AS leaf
    LEFT JOIN journal_event AS event ON event.id = leaf.event_id
    LEFT JOIN journal_erasure AS erasure ON erasure.event_id = leaf.event_id
    LEFT JOIN journal_event AS saying
        ON saying.id = erasure.by_event_id
        AND saying.kind = 'entry-erased' AND saying.subject = erasure.event_id::text
    ORDER BY leaf.position
"""
_NODES = """
    SELECT level, index, digest FROM journal_node
    ORDER BY (index + 1) << level::integer, level
"""
_WITHOUT_LEAF = """
    SELECT event.id FROM journal_event AS event
    WHERE NOT EXISTS (SELECT FROM journal_leaf WHERE event_id = event.id)
      AND NOT EXISTS (SELECT FROM journal_pending WHERE event_id = event.id)
    ORDER BY event.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose word counts in an audit.

    `keys` sign the journal's checkpoints, `witnesses` cosign them; `elsewhere` are signed
    checkpoints of this journal that others kept.
    """

    keys: Sequence[VerifierKey]
    witnesses: Sequence[VerifierKey] = ()
    elsewhere: Sequence[bytes] = ()


@dataclass(slots=True, kw_only=True)
class _Found:
    """Faults met while reading what is to be compared."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: JournalError, *, where: str) -> None:
        self.faults.append(Fault(code=fault.code, detail=f"{where}: {fault.detail}"))


def audit(*, trust: Trust, folder: pathlib.Path) -> Report:
    """Return what an audit of the whole journal finds, with the mark kept in `folder`.

    Reads one state of the database, in chunks.
    """
    found = _Found()
    noted = _noted(folder, trust, found)  # first, since a tree is committed before it is marked
    with _one_state():
        nodes = _Nodes()
        statements = heapq.merge(_signed(trust, found), noted, key=lambda one: one.size)
        report = audits.audit(leaves=_leaves(), stored=nodes.look_up, statements=statements)
        strays = [*nodes.strays(), *_without_leaf()]
    for fault in [*found.faults, *strays]:
        report.add(fault)
    return report


@contextmanager
def _one_state() -> Iterator[None]:
    """Show one state of the database throughout, unless the caller's transaction decides."""
    is_nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_nested:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _rows(query: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def commitments() -> Iterator[bytes]:
    """Return the data of all leaves in order, in chunks of the database."""
    query = "SELECT commitment FROM journal_leaf ORDER BY position"
    return (bytes(commitment) for (commitment,) in _rows(query))


def _leaves() -> Iterator[Leaf]:
    for position, event_id, commitment, is_erased, *event in _rows(_LEAVES):
        entry = None if event[0] is None else _entry(event_id, event)
        yield Leaf(
            position=position,
            commitment=bytes(commitment),
            kept=_kept(entry, is_erased=is_erased),
            event_id=event_id,
            entry=entry,
        )


def _entry(event_id: uuid.UUID, columns: Sequence[Any]) -> Entry:
    kind, actor, subject, purpose, pact, peer, at, salt = columns
    return Entry(
        id=event_id,
        kind=kind,
        actor=actor,
        subject=subject,
        purpose=purpose,
        pact=pact,
        peer=peer,
        at=at,
        salt=bytes(salt),
    )


def _kept(entry: Entry | None, *, is_erased: bool) -> Kept:
    if entry is not None:
        return Kept.ENTRY
    return Kept.ERASED if is_erased else Kept.MISSING


class _Nodes:
    """The stored hashes above the leaves, read beside the leaves in the order of completion."""

    def __init__(self) -> None:
        self._rows = _rows(_NODES)
        self._strays: list[tuple[int, int]] = []
        self._next = self._read()

    def _read(self) -> Node | None:
        row = next(self._rows, None)
        if row is None:
            return None
        level, index, digest = row
        return Node(level=level, index=index, digest=Digest(bytes(digest)))

    def look_up(self, node: Node) -> Digest | None:
        """Return the stored hash of `node`; of a leaf, its own, since none is stored."""
        if node.level == 0:
            return node.digest
        while self._next is not None and _completed(self._next) < _completed(node):
            self._strays.append((self._next.level, self._next.index))
            self._next = self._read()
        if self._next is None or _completed(self._next) != _completed(node):
            return None
        found, self._next = self._next.digest, self._read()
        return found

    def strays(self) -> Iterator[Fault]:
        """Return a fault for each stored hash that stands above no leaves."""
        while self._next is not None:
            self._strays.append((self._next.level, self._next.index))
            self._next = self._read()
        for level, index in self._strays:
            detail = f"the stored hash {level}/{index} stands above no complete subtree"
            yield Fault(code=Inconsistent.code, detail=detail, position=max(index, 0) << level)


def _completed(node: Node) -> tuple[int, int]:
    """Return the key of the order in which a growing tree completes its subtrees."""
    return (node.index + 1) << node.level, node.level


def _without_leaf() -> Iterator[Fault]:
    for (event_id,) in _rows(_WITHOUT_LEAF):
        detail = "the event has no leaf, and none waits"
        yield Fault(code=Inconsistent.code, detail=detail, event_id=event_id)


def _signed(trust: Trust, found: _Found) -> Iterator[Statement]:
    """Return what our own checkpoints state, each with the cosignatures it was given."""
    lines: dict[int, bytes] = defaultdict(bytes)
    for cosignature in Cosignature.objects.order_by("witness"):
        lines[cosignature.size] += bytes(cosignature.line)
    for row in Checkpoint.objects.order_by("size").iterator(_CHUNK):
        where = f"the checkpoint at size {row.size}"
        signed = _read(bytes(row.signed) + lines.pop(row.size, b""), trust, found, where=where)
        if signed is not None and signed.checkpoint.size == row.size:
            yield Statement(size=row.size, root=signed.checkpoint.root, by="checkpoint")
        elif signed is not None:
            found.add(Inconsistent("it states another size"), where=where)


def _noted(folder: pathlib.Path, trust: Trust, found: _Found) -> list[Statement]:
    """Return what is known outside the database: the mark, and what others kept."""
    noted: list[Statement] = []
    for number, data in enumerate(trust.elsewhere, 1):
        signed = _read(data, trust, found, where=f"checkpoint {number} from elsewhere")
        if signed is not None:
            size, root = signed.checkpoint.size, signed.checkpoint.root
            noted.append(Statement(size=size, root=root, by=f"checkpoint {number} from elsewhere"))
    try:
        mark = store.read_mark(folder)
    except Inconsistent as fault:
        found.add(fault, where="the mark outside the database")
        mark = None
    if mark is not None:
        noted.append(Statement(size=mark.size, root=mark.root, by="mark"))
    return sorted(noted, key=lambda one: one.size)


def _read(data: bytes, trust: Trust, found: _Found, *, where: str) -> SignedCheckpoint | None:
    """Return the checkpoint in `data` if one of the journal's keys signed it."""
    fault: JournalError = BadCheckpoint("no key of the journal is known")
    for key in trust.keys:
        try:
            return read_checkpoint(data, key=key, witnesses=trust.witnesses)
        except JournalError as refused:
            fault = refused
    found.add(fault, where=where)
    return None
