"""Any single byte changed, cut off or added is refused with a code of ours."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import envelope
from mithaq.core.errors import MithaqError
from tests.factories.envelopes import (
    NOW,
    XA,
    XB,
    Book,
    Craft,
    bureau,
    flip,
    open_as,
    seal,
)


@functools.cache
def sample() -> bytes:
    return seal(payload=b"x")


@functools.cache
def encrypted_layer() -> bytes:
    found: list[bytes] = []

    def keep(encrypted: bytes) -> bytes:
        found.append(encrypted)
        return encrypted

    Craft(encrypted=keep, payload=b"x").build()
    return found[0]


@functools.cache
def evidence() -> bytes:
    return open_as(XB, sample()).evidence


def refused(data: bytes) -> None:
    with pytest.raises(MithaqError) as refusal:
        open_as(XB, data)
    assert refusal.value.code.partition(".")[0] == "envelope"


def test_every_byte_of_an_envelope_counts() -> None:
    data = sample()
    for position in range(len(data)):
        refused(flip(data, position))


def test_every_byte_of_the_encrypted_layer_counts_even_when_the_node_signs_the_change() -> None:
    encrypted = encrypted_layer()
    craft = Craft()
    for position in range(len(encrypted)):
        refused(craft.close(flip(encrypted, position)))


def test_every_byte_of_the_evidence_counts() -> None:
    data = evidence()
    authority = Book().authority(bureau=XA, at=NOW)
    for position in range(len(data)):
        with pytest.raises(MithaqError):
            envelope.verify_evidence(flip(data, position), authority=authority)


@given(st.data(), st.integers(1, 255))
def test_any_change_of_any_byte_is_refused(data: st.DataObject, mask: int) -> None:
    position = data.draw(st.integers(0, len(sample()) - 1))

    refused(flip(sample(), position, mask))


@given(st.data())
def test_any_truncation_is_refused(data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(sample()) - 1))

    refused(sample()[:length])


@given(st.binary(min_size=1, max_size=20))
def test_anything_appended_is_refused(tail: bytes) -> None:
    refused(sample() + tail)


@given(st.binary(max_size=300))
def test_garbage_is_refused(data: bytes) -> None:
    refused(data)


def test_the_sample_itself_opens() -> None:
    assert open_as(XB, sample()).payload == b"x"
    assert open_as(XB, Craft().close(encrypted_layer())).payload == b"x"
    proved = envelope.verify_evidence(evidence(), authority=Book().authority(bureau=XA, at=NOW))
    assert proved.payload == b"x"
    assert bureau(XA).code == proved.context.issuer
