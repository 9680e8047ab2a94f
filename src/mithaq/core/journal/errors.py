"""What can be wrong with a journal, a checkpoint or a proof."""

from __future__ import annotations

from typing import ClassVar

from mithaq.core.errors import MithaqError


class JournalError(MithaqError):
    """Base of every fault found in a journal."""


class BadProof(JournalError):
    """A proof does not lead from what it proves to the root it names."""

    code: ClassVar[str] = "journal.bad_proof"


class BadEntry(JournalError):
    """An opened entry is not in canonical form."""

    code: ClassVar[str] = "journal.bad_entry"


class BadNote(JournalError):
    """A signed note, or a verifier key, is not in canonical form."""

    code: ClassVar[str] = "journal.bad_note"


class BadCheckpoint(JournalError):
    """A checkpoint is not in canonical form, or the log's signature on it does not hold."""

    code: ClassVar[str] = "journal.bad_checkpoint"


class NotWitnessed(JournalError):
    """A cosignature does not hold, or too few known witnesses cosigned."""

    code: ClassVar[str] = "journal.not_witnessed"


class Inconsistent(JournalError):
    """Two views of one journal do not agree: something stored was altered."""

    code: ClassVar[str] = "journal.inconsistent"


class Truncated(JournalError):
    """The journal is shorter than it was when it was last signed."""

    code: ClassVar[str] = "journal.truncated"
