"""Stand-alone proofs: that something stands in a log, checkable far from the log and later.

Implements the transparency log proof of C2SP: index, audit path and signed checkpoint in one
text. Our `extra` line holds the opened entry with its salt where the entry itself is to be shown,
and is absent where only its commitment is.

Source: c2sp.org/tlog-proof@v1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mithaq.core.ids import Digest
from mithaq.core.journal import entry as entries
from mithaq.core.journal.checkpoint import SignedCheckpoint, read_checkpoint
from mithaq.core.journal.entry import Entry
from mithaq.core.journal.errors import BadNote, BadProof
from mithaq.core.journal.note import MAX_NOTE_SIZE, VerifierKey, from_base64, to_base64
from mithaq.core.journal.tree import HASH_SIZE, MAX_SIZE, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63  # hashes; a log of 2^63 leaves has no longer path
MAX_PROOF_SIZE = 2 * MAX_NOTE_SIZE  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof as it was read: nothing in it is checked but its form.

    `checkpoint` is a signed note; `extra` is empty where the proof brings none.
    """

    index: int
    path: tuple[Digest, ...]
    checkpoint: bytes
    extra: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the proof as text in UTF-8."""
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {to_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(to_base64(digest) for digest in self.path)
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What a proof has shown: the leaf at `index` of the log of `signed`."""

    index: int
    leaf: bytes
    signed: SignedCheckpoint


def read_proof(data: bytes) -> Proof:
    """Return the proof that stands in `data`.

    Raises:
        BadProof: it is too long, or written again it would not be `data`.
    """
    if len(data) > MAX_PROOF_SIZE:
        raise BadProof("a proof has at most 128 KiB")
    head, _, checkpoint = data.partition(b"\n\n")
    try:
        header, *lines = head.decode("ascii").split("\n")
        extra = from_base64(lines.pop(0).removeprefix("extra ")) if _has_extra(lines) else b""
        index = _index(lines.pop(0) if lines else "")
        path = tuple(_hash(line) for line in lines)
    except (UnicodeDecodeError, BadNote) as fault:
        raise BadProof("not a proof") from fault
    proof = Proof(index=index, path=path, checkpoint=checkpoint, extra=extra)
    if header != HEADER or len(path) > MAX_PATH or proof.to_bytes() != data:
        raise BadProof("not a proof in canonical form")
    return proof


def _has_extra(lines: Sequence[str]) -> bool:
    return bool(lines) and lines[0].startswith("extra ")


def _index(line: str) -> int:
    digits = line.removeprefix("index ")
    if digits == line or not digits.isdecimal() or len(digits) > len(str(MAX_SIZE)):
        raise BadProof("a proof names an index")
    return int(digits)


def _hash(line: str) -> Digest:
    digest = from_base64(line)
    if len(digest) != HASH_SIZE:
        raise BadProof("a hash of the path has not 32 bytes")
    return Digest(digest)


def verify_proof(
    data: bytes,
    *,
    leaf: bytes,
    key: VerifierKey,
    witnesses: Sequence[VerifierKey] = (),
    quorum: int = 0,
) -> Proven:
    """Accept only if `data` proves that leaf data `leaf` stands in the log of `key`.

    1. `data` is a proof in canonical form.
    2. Its checkpoint is signed by the log and cosigned by `quorum` of the `witnesses`.
    3. The path leads from the leaf at the index to the root of that checkpoint.

    Raises:
        BadProof: 1 or 3 does not hold.
        BadCheckpoint: the log did not sign.
        NotWitnessed: too few witnesses did.
    """
    proof = read_proof(data)  # discharges 1
    return _verify(proof, leaf=leaf, key=key, witnesses=witnesses, quorum=quorum)


def _verify(
    proof: Proof, *, leaf: bytes, key: VerifierKey, witnesses: Sequence[VerifierKey], quorum: int
) -> Proven:
    signed = read_checkpoint(  # discharges 2
        proof.checkpoint, key=key, witnesses=witnesses, quorum=quorum
    )
    checkpoint = signed.checkpoint
    verify_inclusion(  # discharges 3
        leaf=leaf,
        index=proof.index,
        size=checkpoint.size,
        proof=proof.path,
        root=checkpoint.root,
    )
    return Proven(index=proof.index, leaf=leaf, signed=signed)


def verify_entry(
    data: bytes, *, key: VerifierKey, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
) -> tuple[Entry, Proven]:
    """Accept only if `data` opens an entry and proves that it stands in the log of `key`.

    1. The proof brings an opened entry in canonical form.
    2. The commitment to that entry is a leaf of the log, as `verify_proof` checks.

    Raises:
        BadEntry: 1 does not hold.
        BadProof: 2 does not hold, as in `verify_proof`.
        BadCheckpoint: the log did not sign.
        NotWitnessed: too few witnesses did.
    """
    proof = read_proof(data)
    entry = entries.from_bytes(proof.extra)  # discharges 1
    leaf = entries.commitment(entry)
    return entry, _verify(  # discharges 2
        proof, leaf=leaf, key=key, witnesses=witnesses, quorum=quorum
    )
