"""Questions to the journal; none of them writes."""

from __future__ import annotations

from mithaq.apps.journal.queries.proofs import (
    consistency_path,
    entry,
    inclusion_path,
    proof,
    signed_with_cosignatures,
)
from mithaq.apps.journal.queries.tree import (
    State,
    UnknownEntry,
    checkpoint_at,
    latest_checkpoint,
    positions,
)

__all__ = [
    "State",
    "UnknownEntry",
    "checkpoint_at",
    "consistency_path",
    "entry",
    "inclusion_path",
    "latest_checkpoint",
    "positions",
    "proof",
    "signed_with_cosignatures",
]
