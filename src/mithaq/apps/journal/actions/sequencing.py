"""Giving pending leaves their positions, and signing the tree that results."""

from __future__ import annotations

import datetime as dt
import pathlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import transaction

from mithaq.apps.journal import queries, store
from mithaq.apps.journal.actions.statements import prepared
from mithaq.apps.journal.store import Mark
from mithaq.core.cose import Algorithm, PublicKey, Signer
from mithaq.core.ids import Digest
from mithaq.core.journal.checkpoint import Checkpoint, sign_checkpoint
from mithaq.core.journal.errors import Inconsistent, Truncated
from mithaq.core.journal.frontier import Frontier
from mithaq.core.journal.note import SignatureKind, VerifierKey

LARGEST_STEP = 4096  # leaves in one statement
_LOCK = 0x6D69746861710001  # "mithaq", 1: the sequencer of this database
_TAKE = """
    WITH taken AS (
        DELETE FROM journal_pending
        WHERE event_id IN (SELECT event_id FROM journal_pending ORDER BY event_id LIMIT %b)
        RETURNING event_id, commitment
    )
    SELECT event_id, commitment FROM taken ORDER BY event_id
"""
_PLACE = """
    WITH leaf AS (
        INSERT INTO journal_leaf (position, event_id, commitment)
        SELECT * FROM unnest(%b::bigint[], %b::uuid[], %b::bytea[])
    )
    INSERT INTO journal_node (level, index, digest)
    SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[])
"""
_EDGE = "SELECT frontier FROM journal_checkpoint ORDER BY size DESC LIMIT 1"
_KEEP = """
    INSERT INTO journal_checkpoint (size, root, frontier, signed, at)
    VALUES (%b, %b, %b, %b, %b)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpointed:
    """A tree just signed, and where it put the entries that were waiting."""

    size: int
    root: Digest
    signed: bytes
    positions: dict[uuid.UUID, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    event_id: uuid.UUID
    commitment: bytes


def log_key(*, public: PublicKey, origin: str) -> VerifierKey:
    """Return the verifier key of the log `origin` that signs with the Ed25519 key `public`.

    Raises:
        Inconsistent: the key is of another algorithm.
    """
    if public.alg is not Algorithm.ED25519:
        raise Inconsistent("a journal is signed with Ed25519")
    return VerifierKey(name=origin, kind=SignatureKind.LOG, public=public.raw)


@transaction.atomic(savepoint=False)
def sequence(*, signer: Signer, origin: str, at: dt.datetime) -> Checkpointed | None:
    """Give all waiting entries the next positions and sign the tree; None if nothing waits.

    Runs in the caller's transaction or its own, at the isolation level READ COMMITTED. One
    sequencer works at a time, until the end of that transaction; positions have no gaps, since
    a roll-back takes them back. After the commit the mark outside the database is advanced.

    1. The tree in the database is not smaller than the last one signed.
    2. At the size of the last one signed it has the root that was signed.

    Raises:
        Truncated: 1 does not hold; nothing is signed.
        Inconsistent: 2 does not hold, or the key is not Ed25519; nothing is signed.
    """
    with prepared("SELECT pg_advisory_xact_lock(%b)", [_LOCK]):
        pass
    waiting = _take()
    if not waiting:
        return None
    frontier = _checked_frontier(settings.MITHAQ_FILES)
    placed: dict[uuid.UUID, int] = {}
    while waiting:
        placed |= _place(waiting, frontier=frontier)
        waiting = _take() if len(waiting) == LARGEST_STEP else []
    checkpoint = Checkpoint(origin=origin, size=frontier.size, root=frontier.root())
    key = log_key(public=signer.public, origin=origin)
    signed = sign_checkpoint(checkpoint=checkpoint, key=key, signer=signer)
    _keep(checkpoint, frontier=frontier, signed=signed, at=at)
    return Checkpointed(size=checkpoint.size, root=checkpoint.root, signed=signed, positions=placed)


def _take() -> list[_Waiting]:
    """Take the next waiting entries, in the order of their ids."""
    with prepared(_TAKE, [LARGEST_STEP]) as rows:
        return [_Waiting(event_id=key, commitment=leaf) for key, leaf in rows]


def _checked_frontier(folder: pathlib.Path) -> Frontier:
    """Return the edge of the stored tree, checked against the mark outside the database."""
    frontier, mark = _stored_frontier(), store.read_mark(folder)
    if mark is None:
        return frontier
    if frontier.size < mark.size:  # discharges 1
        raise Truncated(f"{frontier.size} entries, where {mark.size} were signed")
    if _root_signed_at(mark.size, frontier) != mark.root:  # discharges 2
        raise Inconsistent(f"another tree was signed at {mark.size} entries")
    return frontier


def _stored_frontier() -> Frontier:
    with prepared(_EDGE, []) as rows:
        row = rows.fetchone()
    return Frontier() if row is None else Frontier.from_bytes(row[0])


def _root_signed_at(size: int, frontier: Frontier) -> Digest | None:
    """Return the root at `size`, out of the edge at that size; None if none was signed."""
    if frontier.size == size:
        return frontier.root()
    state = queries.checkpoint_at(size)
    return None if state is None else state.frontier.root()


def _place(waiting: Sequence[_Waiting], *, frontier: Frontier) -> dict[uuid.UUID, int]:
    """Append the leaves to the tree and store what this completes; return their positions."""
    start = frontier.size
    grown = [frontier.append(entry.commitment) for entry in waiting]
    nodes = [node for completed in grown for node in completed[1:]]
    placed = {entry.event_id: start + offset for offset, entry in enumerate(waiting)}
    columns = [
        list(placed.values()),
        list(placed),
        [entry.commitment for entry in waiting],
        [node.level for node in nodes],
        [node.index for node in nodes],
        [node.digest for node in nodes],
    ]
    with prepared(_PLACE, columns):
        return placed


def _keep(checkpoint: Checkpoint, *, frontier: Frontier, signed: bytes, at: dt.datetime) -> None:
    columns = [checkpoint.size, checkpoint.root, frontier.to_bytes(), signed, at]
    with prepared(_KEEP, columns):
        pass
    mark = Mark(size=checkpoint.size, root=checkpoint.root)
    transaction.on_commit(partial(store.advance_mark, settings.MITHAQ_FILES, mark))
