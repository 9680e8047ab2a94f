"""Answering for peers' journals, and keeping what peers answered for ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from django.db import connection, transaction

from mithaq.apps.journal import queries
from mithaq.apps.journal.actions.recording import record
from mithaq.apps.journal.models import Cosignature, Witnessed
from mithaq.core.journal import checkpoint as checkpoints
from mithaq.core.journal.errors import JournalError, NotWitnessed
from mithaq.core.journal.note import SignatureKind, TextSigner, VerifierKey
from mithaq.core.journal.tree import EMPTY_ROOT, verify_consistency

# The seed is 0x6D69746861710002; PostgreSQL 15 does not read numbers in hexadecimal.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7883960614348980226))"


class WitnessConflict(JournalError):
    """The proof begins at another size than the last one that was cosigned here."""

    code: ClassVar[str] = "journal.witness_conflict"

    def __init__(self, size: int) -> None:
        super().__init__(f"the last size cosigned here is {size}")
        self.size = size


@transaction.atomic
def cosign(
    *,
    checkpoint: bytes,
    old: int,
    proof: Sequence[bytes],
    log: VerifierKey,
    witness: VerifierKey,
    signer: TextSigner,
    at: dt.datetime,
) -> bytes:
    """Return our signature line for a peer's `checkpoint`, and remember it, in one transaction.

    1. The checkpoint is in canonical form and signed by `log`.
    2. `old` is the last size cosigned here for that log, 0 at first.
    3. `proof` shows that the checkpoint continues the tree cosigned then.

    Raises:
        BadCheckpoint: 1 does not hold.
        WitnessConflict: 2 does not hold; its `size` is the one to begin at.
        BadProof: 3 does not hold: the peer shows two histories, or made a mistake.

    Source: c2sp.org/tlog-witness, add-checkpoint.
    """
    signed = checkpoints.read_checkpoint(checkpoint, key=log)  # discharges 1
    found = signed.checkpoint
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [found.origin])
    held = Witnessed.objects.filter(origin=found.origin).first()
    held_size, held_root = (0, EMPTY_ROOT) if held is None else (held.size, bytes(held.root))
    if old != held_size:  # discharges 2
        raise WitnessConflict(held_size)
    verify_consistency(  # discharges 3
        old=old, size=found.size, proof=proof, old_root=held_root, root=found.root
    )
    line = checkpoints.cosign(signed=signed, key=witness, signer=signer, at=at)
    Witnessed.objects.update_or_create(
        origin=found.origin,
        defaults={"size": found.size, "root": found.root, "signed": checkpoint, "at": at},
    )
    record(kind="journal-witnessed", actor=witness.name, subject=found.origin, at=at)
    return line


@transaction.atomic
def add_cosignature(*, size: int, line: bytes, witness: VerifierKey, at: dt.datetime) -> None:
    """Keep what `witness` answered to our checkpoint of `size`; a second answer changes nothing.

    Raises:
        NotWitnessed: nothing was signed at that size, or the cosignature does not hold.
    """
    state = queries.checkpoint_at(size)
    if state is None or witness.kind is not SignatureKind.WITNESS:
        raise NotWitnessed("no checkpoint of that size, or not the key of a witness")
    checkpoints.add_cosignature(state.signed, line=line, witness=witness)
    _, created = Cosignature.objects.get_or_create(
        size=size, witness=witness.name, defaults={"line": line, "at": at}
    )
    if created:
        record(kind="journal-witnessed", actor=witness.name, subject=str(size), at=at)
