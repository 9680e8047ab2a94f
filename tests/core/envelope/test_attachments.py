from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mithaq.core import envelope
from mithaq.core.envelope import Attachment, ContentKey, attachments
from mithaq.core.envelope.limits import CHUNK, MAX_ATTACHMENT
from mithaq.core.ids import Digest
from tests.factories.envelopes import XB, Craft, flip, make_context, open_as

KEY = ContentKey(b"k" * 32)
OTHER_KEY = ContentKey(b"o" * 32)
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5]


def encrypt(data: bytes, *, key: ContentKey = KEY, index: int = 0) -> tuple[bytes, Attachment]:
    sink = io.BytesIO()
    entry = attachments.encrypt(source=io.BytesIO(data), sink=sink, content_key=key, index=index)
    return sink.getvalue(), entry


def decrypt(data: bytes, entry: Attachment, *, key: ContentKey = KEY, index: int = 0) -> bytes:
    sink = io.BytesIO()
    attachments.decrypt(
        source=io.BytesIO(data), sink=sink, content_key=key, index=index, attachment=entry
    )
    return sink.getvalue()


class Endless:
    """A file of zeroes as large as asked for, that gives them in parts and never keeps them."""

    def __init__(self, size: int, *, part: int = 65536) -> None:
        self.left = size
        self.part = part

    def read(self, length: int) -> bytes:
        given = min(length, self.left, self.part)
        self.left -= given
        return bytes(given)


class Pipe:
    """Counts what is written to it and hashes it, without keeping it."""

    def __init__(self) -> None:
        self.size = 0
        self.largest = 0
        self.hash = sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.largest = max(self.largest, len(data))
        self.hash.update(data)
        return len(data)


@pytest.mark.parametrize("size", SIZES)
def test_decrypting_undoes_encrypting(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)

    sealed, entry = encrypt(data)

    assert decrypt(sealed, entry) == data
    assert entry.size == size
    assert entry.digest == sha256(sealed).digest()
    assert len(sealed) == attachments.sealed_size(size)


def test_a_source_that_gives_its_bytes_in_parts_is_read_whole() -> None:
    sink = io.BytesIO()
    entry = attachments.encrypt(
        source=cast("BinaryIO", Endless(CHUNK + 7, part=1000)),
        sink=sink,
        content_key=KEY,
        index=0,
    )

    assert decrypt(sink.getvalue(), entry) == bytes(CHUNK + 7)


def test_memory_stays_constant() -> None:
    def peak(chunks: int) -> int:
        tracemalloc.start()
        attachments.encrypt(
            source=cast("BinaryIO", Endless(chunks * CHUNK)),
            sink=cast("BinaryIO", Pipe()),
            content_key=KEY,
            index=0,
        )
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(24) < peak(4) + CHUNK
    assert peak(24) < 8 * CHUNK


def test_a_chunk_is_written_as_soon_as_it_is_verified() -> None:
    sealed, entry = encrypt(bytes(3 * CHUNK))
    sink = Pipe()
    broken = flip(sealed, -1)

    with pytest.raises(attachments.AttachmentAltered):
        attachments.decrypt(
            source=io.BytesIO(broken),
            sink=cast("BinaryIO", sink),
            content_key=KEY,
            index=0,
            attachment=entry,
        )
    assert sink.size == 2 * CHUNK
    assert sink.largest == CHUNK


def test_nothing_of_an_altered_chunk_is_written() -> None:
    sealed, entry = encrypt(b"secret")
    sink = Pipe()

    with pytest.raises(attachments.AttachmentAltered):
        attachments.decrypt(
            source=io.BytesIO(flip(sealed, 0)),
            sink=cast("BinaryIO", sink),
            content_key=KEY,
            index=0,
            attachment=entry,
        )
    assert sink.size == 0


class TestAltered:
    def test_every_byte_of_a_small_file_counts(self) -> None:
        sealed, entry = encrypt(b"a small file")
        for position in range(len(sealed)):
            for mask in (1, 128):
                with pytest.raises(attachments.AttachmentAltered):
                    decrypt(flip(sealed, position, mask), entry)

    @settings(max_examples=25)
    @given(st.data())
    def test_any_byte_of_a_large_file_counts(self, data: st.DataObject) -> None:
        sealed, entry = encrypt(bytes(2 * CHUNK + 5))
        position = data.draw(st.integers(0, len(sealed) - 1))

        with pytest.raises(attachments.AttachmentAltered):
            decrypt(flip(sealed, position), entry)

    @settings(max_examples=25)
    @given(st.data())
    def test_any_truncation_is_refused(self, data: st.DataObject) -> None:
        sealed, entry = encrypt(bytes(CHUNK + 5))
        length = data.draw(st.integers(0, len(sealed) - 1))

        with pytest.raises(attachments.AttachmentAltered):
            decrypt(sealed[:length], entry)

    @pytest.mark.parametrize("size", SIZES)
    def test_anything_appended_is_refused(self, size: int) -> None:
        sealed, entry = encrypt(bytes(size))

        with pytest.raises(attachments.AttachmentAltered):
            decrypt(sealed + b"\x00", entry)

    def test_chunks_cannot_change_places(self) -> None:
        sealed, entry = encrypt(bytes(3 * CHUNK))
        step = CHUNK + 16
        swapped = sealed[step : 2 * step] + sealed[:step] + sealed[2 * step :]

        with pytest.raises(attachments.AttachmentAltered):
            decrypt(swapped, entry)

    def test_the_last_chunk_cannot_be_dropped_even_when_the_manifest_says_so(self) -> None:
        sealed, entry = encrypt(bytes(2 * CHUNK))
        shorter = sealed[: CHUNK + 16]
        claimed = replace(entry, size=CHUNK, digest=Digest(sha256(shorter).digest()))

        with pytest.raises(attachments.AttachmentAltered):
            decrypt(shorter, claimed)

    def test_the_hash_of_the_manifest_counts(self) -> None:
        sealed, entry = encrypt(b"a small file")

        with pytest.raises(attachments.AttachmentAltered):
            decrypt(sealed, replace(entry, digest=Digest(b"x" * 32)))


def test_another_key_or_place_opens_nothing() -> None:
    sealed, entry = encrypt(b"a small file")

    with pytest.raises(attachments.AttachmentAltered):
        decrypt(sealed, entry, key=OTHER_KEY)
    with pytest.raises(attachments.AttachmentAltered):
        decrypt(sealed, entry, index=1)


def test_a_file_beyond_2_gib_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_ATTACHMENT", CHUNK)
    _, entry = encrypt(bytes(CHUNK))

    with pytest.raises(attachments.AttachmentTooLarge):
        encrypt(bytes(CHUNK + 1))
    with pytest.raises(attachments.AttachmentTooLarge):
        decrypt(b"", replace(entry, size=CHUNK + 1))
    with pytest.raises(attachments.AttachmentTooLarge):
        decrypt(b"", replace(entry, size=-1))


def test_the_limit_is_2_gib() -> None:
    assert MAX_ATTACHMENT == 2 * 1024**3


def test_the_content_key_of_an_opened_envelope_decrypts_its_attachments() -> None:
    sealed, entry = encrypt(b"a photograph", key=ContentKey(b"c" * 32))
    data = Craft(context=make_context(attachments=(entry,))).build()

    opened = open_as(XB, data)

    (listed,) = opened.context.attachments
    assert decrypt(sealed, listed, key=opened.content_key) == b"a photograph"
    assert envelope.new_content_key() != envelope.new_content_key()
