from __future__ import annotations

import datetime as dt
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import cose
from mithaq.core.cose import Header
from mithaq.core.directory import (
    Descriptor,
    Fingerprint,
    MalformedDescriptor,
    Stale,
    Untrusted,
    canonical,
    fingerprint,
    grouped,
    parse_fingerprint,
    read_descriptor,
    trusted_descriptor,
)
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId
from tests.factories import members
from tests.factories.members import AT, YEAR, descriptor, pair

DAY = dt.timedelta(days=1)
FIRST = descriptor()
SIGNED = members.signed(FIRST)
PINNED = fingerprint(FIRST.authority(AT))
SECOND = replace(FIRST, serial=2, issued_at=AT + DAY)


def rotated() -> Descriptor:
    """The second descriptor, by which a new pair takes over from the first."""
    keys = (
        *pair("XA", ends_at=AT + DAY),
        *pair("XA later", starts_at=AT, ends_at=AT + YEAR),
        *FIRST.keys[2:],
    )
    return replace(SECOND, keys=keys)


def read(data: bytes, *, previous: Descriptor | None = None, at: dt.datetime = AT) -> Descriptor:
    return read_descriptor(data, pinned=PINNED, previous=previous, at=at)


def test_a_descriptor_under_the_pinned_fingerprint_is_taken() -> None:
    assert read(SIGNED) == FIRST


def test_a_successor_needs_no_pin() -> None:
    found = read_descriptor(
        members.signed(SECOND), pinned=None, previous=FIRST, at=SECOND.issued_at
    )

    assert found == SECOND


@given(where=st.integers(0, len(SIGNED) - 1), mask=st.integers(1, 255))
def test_any_changed_byte_is_refused_with_a_stable_code(where: int, mask: int) -> None:
    changed = bytearray(SIGNED)
    changed[where] ^= mask

    with pytest.raises(MithaqError) as refused:
        read(bytes(changed))
    assert refused.value.code in {"directory.malformed", "directory.untrusted", "directory.stale"}


@given(where=st.integers(0, len(SIGNED) - 1), mask=st.integers(1, 255))
def test_any_changed_byte_of_a_successor_is_refused(where: int, mask: int) -> None:
    changed = bytearray(members.signed(SECOND))
    changed[where % len(changed)] ^= mask

    with pytest.raises(MithaqError) as refused:
        read(bytes(changed), previous=FIRST, at=SECOND.issued_at)
    assert refused.value.code in {"directory.malformed", "directory.untrusted", "directory.stale"}


@given(length=st.integers(0, len(SIGNED) - 1))
def test_a_shortened_descriptor_is_refused(length: int) -> None:
    with pytest.raises(MalformedDescriptor):
        read(SIGNED[:length])


@pytest.mark.parametrize("pinned", [None, Fingerprint("0" * 64)])
def test_first_contact_needs_the_fingerprint_that_was_pinned(pinned: Fingerprint | None) -> None:
    with pytest.raises(Untrusted):
        read_descriptor(SIGNED, pinned=pinned, previous=None, at=AT)


def test_half_a_pair_does_not_sign() -> None:
    half = cose.sign(
        payload=canonical.to_bytes(FIRST),
        signers=members.authority("XA")[:1],
        protected={Header.CONTENT_TYPE: "application/vnd.mithaq.descriptor+cbor"},
        external_aad=b"mithaq/descriptor/v1",
    )

    with pytest.raises(Untrusted):
        read(half)


def test_a_signature_by_nobody_known_is_refused() -> None:
    with pytest.raises(Untrusted):
        read(members.signed(FIRST, by=("XA", "XB")))


def test_a_signature_made_for_something_else_is_refused() -> None:
    other = cose.sign(
        payload=canonical.to_bytes(FIRST),
        signers=members.authority("XA"),
        protected={Header.CONTENT_TYPE: "application/vnd.mithaq.descriptor+cbor"},
    )

    with pytest.raises(Untrusted):
        read(other)


def detached(data: bytes) -> bytes:
    """Return the message without what it signs."""
    message = cbor2.loads(data)
    body, unprotected, _, signatures = message.value
    return cbor2.dumps(cbor2.CBORTag(98, [body, unprotected, None, signatures]))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(
            cose.sign(
                payload=canonical.to_bytes(FIRST),
                signers=members.authority("XA"),
                protected={Header.CONTENT_TYPE: "application/vnd.mithaq.pact+cbor"},
                external_aad=b"mithaq/descriptor/v1",
            ),
            id="another content type",
        ),
        pytest.param(detached(SIGNED), id="carried elsewhere"),
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(600_000), id="too long"),
    ],
)
def test_what_is_no_signed_descriptor_is_refused(message: bytes) -> None:
    with pytest.raises(MalformedDescriptor):
        read(message)


def test_a_new_pair_is_taken_when_the_old_one_signs_too() -> None:
    data = members.signed(rotated(), by=("XA", "XA later"))

    assert read(data, previous=FIRST, at=AT + DAY) == rotated()


@pytest.mark.parametrize("by", [("XA later",), ("XA",)], ids=["the new alone", "the old alone"])
def test_a_new_pair_needs_both_to_sign(by: tuple[str, ...]) -> None:
    with pytest.raises(Untrusted):
        read(members.signed(rotated(), by=by), previous=FIRST, at=AT + DAY)


def test_a_rotated_descriptor_can_be_the_first_that_is_seen() -> None:
    later = fingerprint(rotated().authority(AT + DAY))
    data = members.signed(rotated(), by=("XA", "XA later"))

    assert read_descriptor(data, pinned=later, previous=None, at=AT + DAY) == rotated()


def test_a_pair_that_expired_cannot_name_its_successor() -> None:
    late = replace(
        SECOND,
        keys=pair("XA", ends_at=AT + 3 * YEAR),
        issued_at=AT + 2 * YEAR,
        expires_at=AT + 3 * YEAR,
    )

    with pytest.raises(Untrusted):
        read(members.signed(late), previous=FIRST, at=AT + 2 * YEAR)


@pytest.mark.parametrize(
    ("successor", "fault"),
    [
        pytest.param(replace(SECOND, serial=1), Stale, id="the same serial"),
        pytest.param(replace(FIRST, serial=2, issued_at=AT - DAY), Stale, id="issued before"),
        pytest.param(replace(SECOND, bureau=BureauId("XB")), Untrusted, id="another bureau"),
    ],
)
def test_what_does_not_succeed_is_refused(successor: Descriptor, fault: type[MithaqError]) -> None:
    with pytest.raises(fault):
        read(members.signed(successor), previous=FIRST, at=AT + DAY)


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(FIRST.expires_at, id="expired"),
        pytest.param(AT - dt.timedelta(minutes=5, seconds=1), id="issued in the future"),
    ],
)
def test_a_descriptor_out_of_its_time_is_refused(at: dt.datetime) -> None:
    with pytest.raises(Stale):
        read(SIGNED, at=at)


def test_a_clock_a_little_behind_does_no_harm() -> None:
    assert read(SIGNED, at=AT - dt.timedelta(minutes=5)) == FIRST


def test_what_was_taken_before_is_read_again_without_judgement() -> None:
    assert trusted_descriptor(SIGNED) == FIRST


def test_a_fingerprint_is_read_aloud_in_groups_and_typed_back() -> None:
    spoken = grouped(PINNED)

    assert spoken.split(" ")[0] == PINNED[:4]
    assert len(spoken.split(" ")) == 16
    assert parse_fingerprint(f" {spoken.upper()} ") == PINNED


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "g" * 64])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(Untrusted):
        parse_fingerprint(text)
