"""Checkpoints: the signed statement that a log has this many leaves under this root.

Implements the checkpoint of C2SP (origin, size, root, each on a line, as a signed note) and the
witness's cosignature/v1 over it.

Invariants: a checkpoint has one form; the key that signs it has the origin as its name; a
cosignature covers the same text and the second at which the witness saw it.

Source: c2sp.org/tlog-checkpoint@v1.0.0 and c2sp.org/tlog-cosignature.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mithaq.core.clock import from_seconds, to_seconds
from mithaq.core.ids import Digest
from mithaq.core.journal.errors import BadCheckpoint, BadNote, NotWitnessed
from mithaq.core.journal.note import (
    Note,
    Signature,
    SignatureKind,
    TextSigner,
    VerifierKey,
    from_base64,
    read_note,
    sign_text,
    to_base64,
)
from mithaq.core.journal.tree import HASH_SIZE, MAX_SIZE

_FIXED_LINES = 3  # origin, size, root
_TIME_SIZE = 8  # bytes of the timestamp of a cosignature
_SIGNATURE_SIZE = 64  # bytes, Ed25519


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a log: `size` leaves under `root`. We write no `extensions`, but keep them."""

    origin: str
    size: int
    root: Digest
    extensions: tuple[str, ...] = ()

    def to_text(self) -> str:
        """Return the text that is signed; it ends in a line feed."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_text(cls, text: str) -> Checkpoint:
        """Return the checkpoint that `to_text` wrote.

        Raises:
            BadCheckpoint: written again it would not be `text`.
        """
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < _FIXED_LINES or not all(lines):
            raise BadCheckpoint("a checkpoint has three lines, none empty")
        origin, size, root, *extensions = lines
        checkpoint = cls(
            origin=origin,
            size=_size(size),
            root=Digest(_root(root)),
            extensions=tuple(extensions),
        )
        if checkpoint.to_text() != text:
            raise BadCheckpoint("not a checkpoint in canonical form")
        return checkpoint


def _size(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MAX_SIZE)):
        raise BadCheckpoint("the size is not a number")
    if int(text) > MAX_SIZE:
        raise BadCheckpoint("no log has that size")
    return int(text)


def _root(text: str) -> bytes:
    try:
        root = from_base64(text)
    except BadNote as fault:
        raise BadCheckpoint("the root is not base64") from fault
    if len(root) != HASH_SIZE:
        raise BadCheckpoint("the root has not 32 bytes")
    return root


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A verified statement of a witness: at this second, this was the log's largest tree."""

    witness: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint whose signatures hold. Made by `read_checkpoint`."""

    checkpoint: Checkpoint
    note: Note
    cosignatures: tuple[Cosignature, ...]


def sign_checkpoint(*, checkpoint: Checkpoint, key: VerifierKey, signer: TextSigner) -> bytes:
    """Return `checkpoint` as a note signed by the log's `key`, whose private half `signer` has.

    Raises:
        BadCheckpoint: the key is not a log's, or has another name than the origin.
    """
    _check_key(checkpoint, key)
    text = checkpoint.to_text()
    signature = sign_text(text=text, key=key, signer=signer)
    return Note(text=text, signatures=(signature,)).to_bytes()


def _check_key(checkpoint: Checkpoint, key: VerifierKey) -> None:
    if key.kind is not SignatureKind.LOG or key.name != checkpoint.origin:
        raise BadCheckpoint("the origin is that of another log")


def read_checkpoint(
    data: bytes, *, key: VerifierKey, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
) -> SignedCheckpoint:
    """Return the checkpoint in `data` if the log and `quorum` of the `witnesses` signed it.

    1. `data` is a note in canonical form whose text is a checkpoint in canonical form.
    2. Its origin is the name of `key`.
    3. The log's signature is there and holds.
    4. Every cosignature that names one of the `witnesses` holds.
    5. At least `quorum` of the witnesses cosigned.

    Lines of keys that are not named here are kept and say nothing, as C2SP asks.

    Raises:
        BadCheckpoint: 1 to 3 do not hold.
        NotWitnessed: 4 or 5 do not hold.
    """
    try:  # discharges 1
        note = read_note(data)
    except BadNote as fault:
        raise BadCheckpoint(fault.detail) from fault
    checkpoint = Checkpoint.from_text(note.text)
    _check_key(checkpoint, key)  # discharges 2
    _check_log_signature(note, key)  # discharges 3
    found = [_cosignature(note, line, witness) for line, witness in _pairs(note, witnesses)]
    if len(found) < quorum:  # discharges 5; 4 was discharged line by line
        raise NotWitnessed(f"{len(found)} of {quorum} witnesses cosigned")
    return SignedCheckpoint(checkpoint=checkpoint, note=note, cosignatures=tuple(found))


def _check_log_signature(note: Note, key: VerifierKey) -> None:
    own = [signature for signature in note.signatures if signature.is_of(key)]
    data = note.text.encode()
    if not own or not key.verify(signature=own[0].value, data=data):
        raise BadCheckpoint("the log's signature does not hold")


def _pairs(note: Note, keys: Sequence[VerifierKey]) -> list[tuple[Signature, VerifierKey]]:
    return [(line, key) for line in note.signatures for key in keys if line.is_of(key)]


def _cosignature(note: Note, line: Signature, key: VerifierKey) -> Cosignature:
    """Return the cosignature in `line` if it holds for the text of `note`."""
    if key.kind is not SignatureKind.WITNESS or len(line.value) != _TIME_SIZE + _SIGNATURE_SIZE:
        raise NotWitnessed("not a cosignature of a witness")
    seconds = int.from_bytes(line.value[:_TIME_SIZE], "big")
    message = _cosigned(text=note.text, seconds=seconds)
    if not key.verify(signature=line.value[_TIME_SIZE:], data=message):
        raise NotWitnessed("a cosignature does not hold")
    try:
        return Cosignature(witness=key.name, at=from_seconds(seconds))
    except ValueError as fault:
        raise NotWitnessed("a cosignature's time is no date") from fault


def _cosigned(*, text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosign(
    *, signed: SignedCheckpoint, key: VerifierKey, signer: TextSigner, at: dt.datetime
) -> bytes:
    """Return the signature line with which a witness answers for `signed`, seen at `at`.

    The caller has checked that the checkpoint continues the last one it cosigned.

    Raises:
        NotWitnessed: the key is not a witness's.
    """
    if key.kind is not SignatureKind.WITNESS:
        raise NotWitnessed("not the key of a witness")
    seconds = to_seconds(at)
    value = signer.sign(_cosigned(text=signed.note.text, seconds=seconds))
    stamped = seconds.to_bytes(_TIME_SIZE, "big") + value
    return Signature(name=key.name, key_id=key.id, value=stamped).to_text().encode()


def add_cosignature(data: bytes, *, line: bytes, witness: VerifierKey) -> bytes:
    """Return the signed checkpoint `data` with the cosignature `line` of `witness` added.

    A cosignature of the same witness that stood there is replaced.

    Raises:
        BadCheckpoint: `data` is not a note.
        NotWitnessed: `line` is not a cosignature by `witness` over the text of `data`.
    """
    try:
        note, signature = read_note(data), Signature.from_text(line.decode("utf-8", "replace"))
    except BadNote as fault:
        raise NotWitnessed(fault.detail) from fault
    if not signature.is_of(witness):
        raise NotWitnessed("the cosignature of another witness")
    _cosignature(note, signature, witness)
    kept = tuple(other for other in note.signatures if not other.is_of(witness))
    return replace(note, signatures=(*kept, signature)).to_bytes()
