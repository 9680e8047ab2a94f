"""Proofs out of the stored tree, each able to stand alone."""

from __future__ import annotations

import uuid

from mithaq.apps.journal.models import Cosignature, Event
from mithaq.apps.journal.queries.tree import (
    State,
    UnknownEntry,
    latest_checkpoint,
    positions,
    with_nodes,
)
from mithaq.core.ids import Digest
from mithaq.core.journal import entry as entries
from mithaq.core.journal import tree
from mithaq.core.journal.entry import Entry
from mithaq.core.journal.proof import Proof


def entry(event: Event) -> Entry:
    """Return the stored `event` as the entry that was committed to."""
    return Entry(
        id=event.id,
        kind=event.kind,
        actor=event.actor,
        subject=event.subject,
        purpose=event.purpose,
        pact=event.pact,
        peer=event.peer,
        at=event.at,
        salt=bytes(event.salt),
    )


def inclusion_path(*, position: int, size: int) -> tuple[Digest, ...]:
    """Return the audit path of the leaf at `position` in the tree of `size`.

    Raises:
        BadProof: the tree of that size has no such leaf.
    """
    return with_nodes(
        lambda hash_at: tree.inclusion_proof(hash_at=hash_at, index=position, size=size)
    )


def consistency_path(*, old: int, size: int) -> tuple[Digest, ...]:
    """Return the proof that the tree of `size` continues that of `old`.

    Raises:
        BadProof: `old` is larger.
    """
    return with_nodes(lambda hash_at: tree.consistency_proof(hash_at=hash_at, old=old, size=size))


def proof(event_id: uuid.UUID) -> bytes:
    """Return the stand-alone proof of the entry `event_id`, opened unless it was erased.

    Raises:
        UnknownEntry: it has no position yet, or there is no such entry.
    """
    state = latest_checkpoint()
    position = positions([event_id]).get(event_id)
    if state is None or position is None:
        raise UnknownEntry
    event = Event.objects.filter(pk=event_id).first()
    return Proof(
        index=position,
        path=inclusion_path(position=position, size=state.size),
        checkpoint=signed_with_cosignatures(state),
        extra=b"" if event is None else entries.to_bytes(entry(event)),
    ).to_bytes()


def signed_with_cosignatures(state: State) -> bytes:
    """Return the checkpoint of `state` with every cosignature that witnesses gave it."""
    lines = Cosignature.objects.filter(size=state.size).order_by("witness")
    return state.signed + b"".join(bytes(cosignature.line) for cosignature in lines)
