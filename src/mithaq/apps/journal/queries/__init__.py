"""Questions to the journal; none of them writes."""

from __future__ import annotations

from mithaq.apps.journal.queries.auditing import Trust, audit, commitments
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
    "Trust",
    "UnknownEntry",
    "audit",
    "checkpoint_at",
    "commitments",
    "consistency_path",
    "entry",
    "inclusion_path",
    "latest_checkpoint",
    "positions",
    "proof",
    "signed_with_cosignatures",
]
