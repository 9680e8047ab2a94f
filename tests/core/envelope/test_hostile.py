"""Well-formed nonsense, properly signed: only errors of ours come out, never foreign ones."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mithaq.core import cbor, cose, envelope
from mithaq.core.envelope import receipts
from mithaq.core.envelope.limits import Claim, Label
from mithaq.core.errors import MithaqError
from tests.core.cbor.test_cbor import values
from tests.core.envelope.receipts.test_receipts import facts, sign_anyway
from tests.factories.envelopes import (
    NOW,
    XA,
    XB,
    Book,
    Craft,
    Headers,
    bureau,
    make_context,
    open_as,
)

BOOK = Book()
LAST = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
FIRST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
labels = st.sampled_from([1, 2, 3, 4, 15, *(label.value for label in Label)])
seconds = st.integers(-(1 << 64), (1 << 64) - 1)


def opened_or_refused(data: bytes) -> None:
    try:
        open_as(XB, data, book=BOOK)
    except MithaqError:
        return


@given(labels, values)
def test_any_value_in_the_context(label: int, value: cbor.Value) -> None:
    opened_or_refused(Craft(inner_context=lambda headers: headers | {label: value}).build())


@given(labels, values)
def test_any_value_in_the_outer_header(label: int, value: cbor.Value) -> None:
    opened_or_refused(Craft(outer_header=lambda headers: headers | {label: value}).build())


@given(seconds, seconds)
def test_any_times(issued: int, expires: int) -> None:
    claims: dict[int, cbor.Encodable] = {
        Claim.ISSUER.value: XA,
        Claim.AUDIENCE.value: XB,
        Claim.EXPIRES.value: expires,
        Claim.ISSUED.value: issued,
        Claim.MESSAGE_ID.value: b"m" * 16,
    }

    def change(headers: Headers) -> Headers:
        return headers | {15: claims}

    opened_or_refused(Craft(inner_context=change, outer_header=change).build())


@pytest.mark.parametrize("issued_at", [FIRST, LAST - dt.timedelta(days=1), LAST])
@pytest.mark.parametrize("expires_at", [FIRST, LAST])
def test_the_first_and_the_last_instants_there_are(
    issued_at: dt.datetime, expires_at: dt.datetime
) -> None:
    context = make_context(issued_at=issued_at, expires_at=expires_at)

    with pytest.raises(MithaqError):
        open_as(XB, Craft(context=context).build(), book=BOOK)
    if issued_at != LAST - dt.timedelta(days=1):
        with pytest.raises(envelope.BadLifetime):
            envelope.seal(
                context=context,
                payload=b"",
                authority=bureau(XA).authority,
                node=bureau(XA).node,
                recipient=bureau(XB).sealing,
            )


@given(values)
def test_any_value_for_the_encrypted_layer(value: cbor.Value) -> None:
    opened_or_refused(Craft().close(cbor.encode(value)))


@given(values)
def test_any_value_for_the_content(value: cbor.Value) -> None:
    opened_or_refused(Craft().wrap(cbor.encode(value)))


@given(st.sampled_from([18, 96, 98]), st.lists(values, min_size=3, max_size=5))
def test_any_parts_of_a_message(tag: int, parts: list[cbor.Value]) -> None:
    data = cbor.encode_tagged(tag, parts)
    for read in (cose.read_sign1, cose.read_sign, cose.read_encrypt):
        with pytest.raises(MithaqError):
            read(data)
    opened_or_refused(data)


@settings(max_examples=200)
@given(st.integers(1, 10), values)
def test_any_value_in_the_facts_of_a_receipt(label: int, value: cbor.Value) -> None:
    honest = cbor.decode(sign_anyway(facts()))
    assert isinstance(honest, list)
    assert isinstance(honest[0], bytes)
    fields = cbor.decode(honest[0])
    assert isinstance(fields, dict)
    fields[label] = value
    assume(cbor.encode(fields) != honest[0])

    with pytest.raises(MithaqError):
        receipts.read_receipt(cbor.encode([cbor.encode(fields), honest[1]]), keyring=BOOK, at=NOW)


@given(values)
def test_any_value_for_a_receipt(value: cbor.Value) -> None:
    with pytest.raises(MithaqError):
        receipts.read_receipt(cbor.encode(value), keyring=BOOK, at=NOW)


@given(values)
def test_any_value_for_evidence_or_a_release(value: cbor.Value) -> None:
    with pytest.raises(MithaqError):
        envelope.read_evidence(cbor.encode(value))
    with pytest.raises(MithaqError):
        envelope.Release.from_bytes(cbor.encode(value))
