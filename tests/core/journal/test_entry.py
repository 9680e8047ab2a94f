from __future__ import annotations

import datetime as dt
import hmac
import uuid
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.journal import entry as entries
from mithaq.core.journal.entry import Entry
from mithaq.core.journal.errors import BadEntry

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
ENTRIES = st.builds(
    Entry,
    id=st.uuids(),
    kind=TEXTS,
    actor=TEXTS,
    subject=TEXTS,
    purpose=TEXTS,
    pact=TEXTS,
    peer=TEXTS,
    at=st.datetimes(min_value=dt.datetime(1970, 1, 2), timezones=st.just(dt.UTC)),  # noqa: DTZ001 - hypothesis adds the zone itself
    salt=st.binary(min_size=32, max_size=32),
)
SAMPLE = Entry(
    id=uuid.UUID("0199d5d0-0000-7000-8000-000000000001"),
    kind="envelope-sealed",
    actor="officer:7",
    subject="urn:mithaq:XA:method:0199d5d0-0000-7000-8000-000000000002",
    purpose="prevention",
    pact="urn:mithaq:XS:pact:0199d5d0-0000-7000-8000-000000000003",
    peer="XB",
    at=dt.datetime(2026, 11, 21, 8, 30, 0, 250000, tzinfo=dt.UTC),
    salt=bytes(range(32)),
)


def test_the_commitment_is_the_keyed_hash_that_the_protocol_writes_down() -> None:
    """Computed with another CBOR library, from the sentence in docs/protocol/journal.md."""
    fields = [
        "mithaq/journal-entry/v1",
        SAMPLE.id.bytes,
        SAMPLE.kind,
        SAMPLE.actor,
        SAMPLE.subject,
        SAMPLE.purpose,
        SAMPLE.pact,
        SAMPLE.peer,
        1795249800250000,
    ]

    expected = hmac.digest(SAMPLE.salt, cbor2.dumps(fields), "sha256")

    assert entries.commitment(SAMPLE) == expected


@pytest.mark.parametrize(
    "changed",
    [
        replace(SAMPLE, id=uuid.UUID(int=1)),
        replace(SAMPLE, kind="envelope-opened"),
        replace(SAMPLE, actor="officer:8"),
        replace(SAMPLE, subject=""),
        replace(SAMPLE, purpose="prosecution"),
        replace(SAMPLE, pact=""),
        replace(SAMPLE, peer="XC"),
        replace(SAMPLE, at=SAMPLE.at + dt.timedelta(microseconds=1)),
        replace(SAMPLE, salt=bytes(32)),
        replace(SAMPLE, purpose=SAMPLE.purpose + SAMPLE.pact, pact=""),
    ],
    ids=["id", "kind", "actor", "subject", "purpose", "pact", "peer", "at", "salt", "moved"],
)
def test_every_field_and_the_salt_count(changed: Entry) -> None:
    assert entries.commitment(changed) != entries.commitment(SAMPLE)


@given(entry=ENTRIES)
def test_an_opened_entry_reads_back_as_it_was(entry: Entry) -> None:
    assert entries.from_bytes(entries.to_bytes(entry)) == entry


@given(where=st.integers(0, len(entries.to_bytes(SAMPLE)) * 8 - 1))
def test_a_changed_bit_of_an_opened_entry_is_refused_or_is_another_commitment(where: int) -> None:
    changed = bytearray(entries.to_bytes(SAMPLE))
    changed[where // 8] ^= 1 << where % 8

    try:
        read = entries.from_bytes(bytes(changed))
    except BadEntry:
        return
    assert entries.commitment(read) != entries.commitment(SAMPLE)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    unsalted = replace(SAMPLE, salt=bytes(size))

    with pytest.raises(BadEntry):
        entries.commitment(unsalted)
    with pytest.raises(BadEntry):
        entries.to_bytes(unsalted)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(cbor2.dumps("text"), id="no array"),
        pytest.param(cbor2.dumps([]), id="an empty array"),
        pytest.param(entries.to_bytes(SAMPLE) + b"\x00", id="a byte too many"),
        pytest.param(entries.to_bytes(SAMPLE)[:-1], id="a byte too few"),
        pytest.param(
            entries.to_bytes(SAMPLE).replace(b"entry/v1", b"entry/v2"), id="another label"
        ),
        pytest.param(entries.to_bytes(replace(SAMPLE, actor="a" * 257)), id="a text too long"),
        pytest.param(
            cbor2.dumps([entries.LABEL, bytes(16), *"kaspqr", 2**63, bytes(32)]), id="no such year"
        ),
        pytest.param(
            cbor2.dumps([entries.LABEL, bytes(16), *"kaspqr", 1, bytes(31)]), id="a short salt"
        ),
    ],
)
def test_what_is_no_opened_entry_is_refused(data: bytes) -> None:
    with pytest.raises(BadEntry):
        entries.from_bytes(data)
