"""Signed notes: short texts under Ed25519 signatures, written for people and programs.

Implements the signed note and the verifier key of C2SP, and of its signature types two: 0x01,
Ed25519 over the text, and 0x04, the timestamped cosignature of a witness.

Invariant: what is read is written again and compared, byte for byte, so that one note has one
form; the unused bits at the end of a base64 text count too.

Source: c2sp.org/signed-note@v1.0.0 and c2sp.org/tlog-cosignature (cosignature/v1).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mithaq.core.journal.errors import BadNote

MAX_NOTE_SIZE = 64 * 1024  # bytes
MAX_SIGNATURES = 64  # lines; C2SP asks verifiers to accept at least 16
KEY_ID_SIZE = 4  # bytes
PUBLIC_KEY_SIZE = 32  # bytes, Ed25519
_DASH = "— "
_LINE_FEED = 0x0A
_FIRST_PRINTABLE = 0x20


class SignatureKind(IntEnum):
    """The signature types of C2SP that we read."""

    LOG = 0x01
    WITNESS = 0x04


class TextSigner(Protocol):
    """What signs: an Ed25519 private key behind whatever keeps it."""

    def sign(self, data: bytes, /) -> bytes:
        """Return the 64 bytes of an Ed25519 signature over `data`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """The name under which a log or a witness signs, the type, and its Ed25519 public key."""

    name: str
    kind: SignatureKind
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name) or len(self.public) != PUBLIC_KEY_SIZE:
            raise BadNote("not the name and the Ed25519 key of a signer")

    @property
    def id(self) -> bytes:
        """The first four bytes of the hash over name, type and key."""
        return sha256(self.name.encode() + b"\n" + self._typed()).digest()[:KEY_ID_SIZE]

    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.public

    def to_text(self) -> str:
        """Return the key as `name+hex(id)+base64(type || key)`."""
        return f"{self.name}+{self.id.hex()}+{to_base64(self._typed())}"

    @classmethod
    def from_text(cls, text: str) -> VerifierKey:
        """Return the key that `to_text` wrote.

        Raises:
            BadNote: it has another form, another type, or an id that is not its own.
        """
        name, _, rest = text.partition("+")
        typed = from_base64(rest.partition("+")[2])
        if typed[:1] not in {bytes([kind]) for kind in SignatureKind}:
            raise BadNote("not a verifier key of a type that we read")
        key = cls(name=name, kind=SignatureKind(typed[0]), public=typed[1:])
        if key.to_text() != text:
            raise BadNote("not a verifier key in canonical form")
        return key

    def verify(self, *, signature: bytes, data: bytes) -> bool:
        """Return whether `signature` (64 bytes) over `data` is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: the key's name and id, and what the key's type puts after them."""

    name: str
    key_id: bytes
    value: bytes

    def is_of(self, key: VerifierKey) -> bool:
        """Return whether the line names `key`; says nothing about its being valid."""
        return self.name == key.name and self.key_id == key.id

    def to_text(self) -> str:
        """Return the line, its line feed included."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"

    @classmethod
    def from_text(cls, line: str) -> Signature:
        """Return the signature that stands in `line`.

        Raises:
            BadNote: it is not exactly one signature line.
        """
        name, _, encoded = line.removeprefix(_DASH).removesuffix("\n").partition(" ")
        raw = from_base64(encoded)
        signature = cls(name=name, key_id=raw[:KEY_ID_SIZE], value=raw[KEY_ID_SIZE:])
        if not _is_name(name) or not signature.value or signature.to_text() != line:
            raise BadNote("not a signature line in canonical form")
        return signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text, which ends in a line feed, and its signatures, none of them checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """Return the note as it is kept and sent."""
        lines = "".join(signature.to_text() for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()


def read_note(data: bytes) -> Note:
    """Return the note that stands in `data`; its signatures are not checked.

    1. `data` has at most 64 KiB and is UTF-8 without control characters but the line feed.
    2. After the last empty line stand 1 to 64 signature lines, and no line twice.
    3. Written again, each line is what it was; and so the whole note is.

    Raises:
        BadNote: one of these does not hold.
    """
    content = _clean_text(data)  # discharges 1
    text, found, lines = content.rpartition("\n\n")
    if not found or not lines.endswith("\n"):
        raise BadNote("a note ends in signature lines")
    signatures = tuple(  # discharges 3
        Signature.from_text(line) for line in lines.splitlines(keepends=True)
    )
    keys = {(signature.name, signature.key_id) for signature in signatures}
    if len(keys) != len(signatures) or len(keys) > MAX_SIGNATURES:  # discharges 2
        raise BadNote("a key signs once, and 64 keys at most")
    return Note(text=f"{text}\n", signatures=signatures)


def _clean_text(data: bytes) -> str:
    if len(data) > MAX_NOTE_SIZE:
        raise BadNote("a note has at most 64 KiB")
    if any(byte < _FIRST_PRINTABLE and byte != _LINE_FEED for byte in data):
        raise BadNote("a note holds no control characters")
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        raise BadNote("a note is UTF-8") from fault


def _is_name(name: str) -> bool:
    return bool(name) and not any(
        character == "+" or character.isspace() or not character.isprintable() for character in name
    )


def to_base64(data: bytes) -> str:
    """Return `data` in standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Return what `text` encodes, if it is the one canonical encoding of it.

    Raises:
        BadNote: it is not, be it for the unused bits before the padding.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise BadNote("not base64") from fault
    if to_base64(data) != text:
        raise BadNote("not canonical base64")
    return data


def sign_text(*, text: str, key: VerifierKey, signer: TextSigner) -> Signature:
    """Return the signature of a log's key over `text`, which ends in a line feed."""
    return Signature(name=key.name, key_id=key.id, value=signer.sign(text.encode()))
