"""What was sent can be proved later, by public keys alone."""

from __future__ import annotations

import cbor2
import pytest
from cwt import COSE, COSEKey

from mithaq.core import cbor, cose, envelope
from mithaq.core.cose import PublicKey
from mithaq.core.cose.encrypt import header_bytes
from mithaq.core.ids import BureauId
from tests.factories.envelopes import (
    NOW,
    PAYLOAD,
    XA,
    XB,
    XC,
    Book,
    Craft,
    bureau,
    make_context,
    open_as,
    seal,
)


def keys_of(code: BureauId = XA) -> tuple[PublicKey, PublicKey]:
    return Book().authority(bureau=code, at=NOW)


def test_an_opened_envelope_leaves_evidence() -> None:
    evidence = open_as(XB, seal()).evidence

    proved = envelope.verify_evidence(evidence, authority=keys_of())

    assert proved.payload == PAYLOAD
    assert proved.context == make_context()


def test_who_and_when_can_be_read_to_find_the_keys() -> None:
    context, header = envelope.read_evidence(open_as(XB, seal()).evidence)

    assert (context.issuer, context.issued_at) == (XA, NOW)
    assert header == header_bytes(
        context.headers(commitment=cbor.Fields(cbor.decode(header)).octets(-70103))
    )


def test_evidence_is_not_printed() -> None:
    proved = envelope.verify_evidence(open_as(XB, seal()).evidence, authority=keys_of())

    assert PAYLOAD.decode() not in repr(proved)


def test_another_authority_has_not_signed_it() -> None:
    with pytest.raises(envelope.MissingSignature):
        envelope.verify_evidence(open_as(XB, seal()).evidence, authority=keys_of(XC))


def test_a_signature_more_is_refused() -> None:
    signed = Craft(signers=(*bureau(XA).authority, bureau(XC).node)).sign()
    evidence = cbor.encode([header_bytes(Craft().context_headers()), signed])

    with pytest.raises(envelope.UnexpectedSignature):
        envelope.verify_evidence(evidence, authority=keys_of())


def test_evidence_under_another_context_is_refused() -> None:
    header = header_bytes(Craft(context=make_context(purpose="another")).context_headers())

    with pytest.raises(envelope.BadSignature):
        envelope.verify_evidence(cbor.encode([header, Craft().sign()]), authority=keys_of())


@pytest.mark.parametrize(
    "evidence",
    [
        b"",
        cbor.encode({}),
        cbor.encode([b"", b"", b""]),
        cbor.encode([b"\xa0", b""]),
        cbor.encode([header_bytes(Craft().context_headers()), b""]),
        cbor.encode(
            [
                header_bytes(Craft().context_headers()),
                cose.sign1(payload=b"x", signer=bureau(XA).node, protected={}),
            ]
        ),
    ],
    ids=["empty", "map", "three parts", "empty header", "no content", "another message"],
)
def test_what_is_no_evidence_is_refused(evidence: bytes) -> None:
    with pytest.raises(envelope.BadContent):
        envelope.verify_evidence(evidence, authority=keys_of())


def test_a_content_with_parameters_of_its_own_is_refused() -> None:
    craft = Craft()
    signed = cose.sign(
        payload=PAYLOAD,
        signers=bureau(XA).authority,
        protected={3: "text/plain"},
        external_aad=header_bytes(craft.context_headers()),
    )

    with pytest.raises(envelope.BadContent):
        open_as(XB, craft.wrap(signed))


@pytest.mark.parametrize(
    "attachments",
    [
        {},
        [7],
        [[b"d" * 31, 1, b"n" * 7]],
        [[b"d" * 32, True, b"n" * 7]],
        [[b"d" * 32, 1, b"n" * 8]],
        [[b"d" * 32, 1, b"n" * 7]] * 33,
    ],
    ids=["map", "number", "short digest", "true for a size", "long prefix", "too many"],
)
def test_a_malformed_manifest_is_refused(attachments: cbor.Encodable) -> None:
    data = Craft(inner_context=lambda headers: headers | {-70113: attachments}).build()

    with pytest.raises(envelope.BadContext):
        open_as(XB, data)


@pytest.mark.parametrize(
    ("label", "value"),
    [
        (3, "text/plain"),
        (-70104, "no urn"),
        (-70106, "x" * 65),
        (-70110, "x" * 129),
        (-70111, 0),
        (-70109, b"short"),
        (-70112, b"short"),
        (-70103, b"short"),
        (15, {}),
        (15, {1: "XA", 3: "no bureau", 4: 2, 6: 1, 7: b"m" * 16}),
        (15, {1: "XA", 3: "XB", 4: 1 << 50, 6: 1, 7: b"m" * 16}),
    ],
)
def test_a_context_of_another_form_is_refused(label: int, value: cbor.Encodable) -> None:
    data = Craft(inner_context=lambda headers: headers | {label: value}).build()

    with pytest.raises(envelope.BadContext):
        open_as(XB, data)


def test_the_outside_is_readable_by_another_cose_library() -> None:
    data = seal()
    node = bureau(XA).node.public
    key = COSEKey.new({1: 1, -1: 6, -2: node.raw, 3: -19, 2: node.kid})

    encrypted = COSE.new().decode(data, key)

    layers = cbor2.loads(encrypted)
    header = cbor2.loads(layers.value[0])
    assert layers.tag == 96
    assert header[15][1] == XA
    assert header[15][3] == XB
    assert header[-70106] == "prevention"
    outer = cbor2.loads(cbor2.loads(data).value[0])
    assert outer[15] == header[15]
