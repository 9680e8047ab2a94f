"""Verifying an exported journal: files and keys, no node, no database."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

from mithaq.cli.journal.tiles import TileReader
from mithaq.core.journal import audit as audits
from mithaq.core.journal.audit import Fault, Report, Statement
from mithaq.core.journal.checkpoint import Checkpoint, SignedCheckpoint, read_checkpoint
from mithaq.core.journal.errors import BadCheckpoint, JournalError
from mithaq.core.journal.note import VerifierKey
from mithaq.core.journal.tiles import CHECKPOINT


def audit(
    *,
    folder: pathlib.Path,
    keys: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey],
    quorum: int,
    elsewhere: Sequence[bytes],
) -> Report:
    """Return what an audit of the journal exported to `folder` finds.

    `elsewhere` are signed checkpoints of the same journal that others kept.
    """
    try:
        signed = _read(_bytes(folder), keys=keys, witnesses=witnesses, quorum=quorum)
        kept = [_read(data, keys=keys, witnesses=(), quorum=0) for data in elsewhere]
    except JournalError as fault:
        report = Report()
        report.add(Fault(code=fault.code, detail=fault.detail))
        return report
    statements = [_statement(one.checkpoint, by="checkpoint from elsewhere") for one in kept]
    statements.append(_statement(signed.checkpoint, by="checkpoint"))
    reader = TileReader(folder=folder, size=signed.checkpoint.size)
    return audits.audit(
        leaves=reader.leaves(),
        stored=reader.look_up,
        statements=sorted(statements, key=lambda one: one.size),
    )


def _bytes(folder: pathlib.Path) -> bytes:
    try:
        return (folder / CHECKPOINT).read_bytes()
    except OSError as fault:
        raise BadCheckpoint("the folder has no checkpoint") from fault


def _read(
    data: bytes, *, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey], quorum: int
) -> SignedCheckpoint:
    """Return the checkpoint in `data` if one of `keys` signed it.

    Raises:
        BadCheckpoint, NotWitnessed: as the last of the keys found.
    """
    *others, last = keys
    for key in others:
        try:
            return read_checkpoint(data, key=key, witnesses=witnesses, quorum=quorum)
        except BadCheckpoint:
            continue
    return read_checkpoint(data, key=last, witnesses=witnesses, quorum=quorum)


def _statement(checkpoint: Checkpoint, *, by: str) -> Statement:
    return Statement(size=checkpoint.size, root=checkpoint.root, by=by)
