"""Attachments: large files, encrypted in chunks, named in the envelope by their hash.

Implements docs/protocol/attachments.md: the STREAM construction (Hoang, Reyhanitabar, Rogaway
and Vizar, 2015) over AES-256-GCM with chunks of 1 MiB. The nonce of a chunk is the prefix of
the manifest (7 bytes), the chunk's number (4), and 1 for the last chunk or 0 (1). The key is
HKDF-SHA-256 of the envelope's content key and the attachment's place in the manifest.

Invariants: memory stays constant whatever the size; a chunk is written out only after it is
verified; chunks cannot be dropped, repeated, reordered or cut off unnoticed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mithaq.core.envelope.context import NONCE_PREFIX_SIZE, Attachment
from mithaq.core.envelope.limits import CHUNK, MAX_ATTACHMENT
from mithaq.core.envelope.stages import ContentKey
from mithaq.core.errors import MithaqError
from mithaq.core.ids import Digest

_LABEL = b"mithaq/attachment/v1"
_TAG_SIZE = 16  # bytes
_KEY_SIZE = 32  # bytes


class AttachmentAltered(MithaqError):
    """The file is not what the manifest says, byte for byte."""

    code = "attachment.altered"


class AttachmentTooLarge(MithaqError):
    """The file is larger than 2 GiB."""

    code = "attachment.too_large"


def encrypt(
    *,
    source: BinaryIO,
    sink: BinaryIO,
    content_key: ContentKey,
    index: int,
) -> Attachment:
    """Write `source` to `sink`, encrypted, and return its entry for place `index` (from 0).

    `content_key` must be the one that the envelope is then sealed with.

    Raises:
        AttachmentTooLarge: `source` is; what is in `sink` is to be deleted.
    """
    cipher = _cipher(content_key, index)
    prefix = os.urandom(NONCE_PREFIX_SIZE)
    digest = sha256()
    size = 0
    for number, chunk, last in _chunks(source):
        size += len(chunk)
        if size > MAX_ATTACHMENT:
            raise AttachmentTooLarge
        sealed = cipher.encrypt(_nonce(prefix, number, last=last), chunk, None)
        digest.update(sealed)
        sink.write(sealed)
    return Attachment(digest=Digest(digest.digest()), size=size, nonce_prefix=prefix)


def decrypt(
    *,
    source: BinaryIO,
    sink: BinaryIO,
    content_key: ContentKey,
    index: int,
    attachment: Attachment,
) -> None:
    """Write to `sink` what `source`, encrypted, holds for place `index` of the manifest.

    1. The manifest stays within the limit.
    2. Every chunk has its length and is authentic at its place, the last as the last; only then
       is it written.
    3. Nothing follows the last chunk.
    4. The whole has the hash of the manifest.

    Raises:
        AttachmentAltered: 2, 3 or 4 does not hold; what is in `sink` is to be deleted.
        AttachmentTooLarge: 1 does not hold.
    """
    if not 0 <= attachment.size <= MAX_ATTACHMENT:  # discharges 1
        raise AttachmentTooLarge
    cipher = _cipher(content_key, index)
    digest = sha256()
    for number, length, last in _lengths(attachment.size):
        sealed = _read(source, length + _TAG_SIZE)
        digest.update(sealed)
        nonce = _nonce(attachment.nonce_prefix, number, last=last)
        sink.write(_open_chunk(cipher, nonce, sealed))  # discharges 2
    if source.read(1):  # discharges 3
        raise AttachmentAltered("bytes follow the last chunk")
    if digest.digest() != attachment.digest:  # discharges 4
        raise AttachmentAltered("another hash than the manifest's")


def sealed_size(size: int) -> int:
    """Return the bytes that a file of `size` bytes takes when encrypted."""
    return size + _TAG_SIZE * _count(size)


def _count(size: int) -> int:
    return max(1, -(-size // CHUNK))


def _lengths(size: int) -> Iterator[tuple[int, int, bool]]:
    """Yield number, length and lastness of the chunks of a file of `size` bytes."""
    final = _count(size) - 1
    for number in range(final):
        yield number, CHUNK, False
    yield final, size - final * CHUNK, True


def _chunks(source: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Yield number, content and lastness of the chunks; an empty file is one empty chunk."""
    number = 0
    chunk = _read(source, CHUNK)
    while following := _read(source, CHUNK):
        yield number, chunk, False
        chunk = following
        number += 1
    yield number, chunk, True


def _read(source: BinaryIO, length: int) -> bytes:
    """Return `length` bytes, fewer only at the end; pipes and sockets give them in parts."""
    data = source.read(length)
    if len(data) == length or not data:
        return data
    parts = [data]
    missing = length - len(data)
    while missing and (data := source.read(missing)):
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)


def _open_chunk(cipher: AESGCM, nonce: bytes, sealed: bytes) -> bytes:
    if len(sealed) < _TAG_SIZE:
        raise AttachmentAltered("ends too early")
    try:
        return cipher.decrypt(nonce, sealed, None)
    except InvalidTag as fault:
        raise AttachmentAltered("a chunk is not authentic at its place") from fault


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _cipher(content_key: ContentKey, index: int) -> AESGCM:
    info = _LABEL + index.to_bytes(4, "big")
    kdf = HKDF(algorithm=SHA256(), length=_KEY_SIZE, salt=None, info=info)
    return AESGCM(kdf.derive(content_key))
