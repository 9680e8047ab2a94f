"""Changes to the journal; the only doors through which other apps write to it."""

from __future__ import annotations

from mithaq.apps.journal.actions.recording import NewEntry, erase, record, record_many
from mithaq.apps.journal.actions.sequencing import Checkpointed, log_key, sequence
from mithaq.apps.journal.actions.witnessing import WitnessConflict, add_cosignature, cosign

__all__ = [
    "Checkpointed",
    "NewEntry",
    "WitnessConflict",
    "add_cosignature",
    "cosign",
    "erase",
    "log_key",
    "record",
    "record_many",
    "sequence",
]
