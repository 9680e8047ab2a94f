"""For each obligation a sample, honest in everything else, that it alone refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest

from mithaq.core import cbor, cose, envelope
from mithaq.core.clock import Period
from mithaq.core.cose.encrypt import header_bytes
from mithaq.core.directory.errors import KeyExpired, UnknownSender
from mithaq.core.envelope import OBLIGATIONS, Attachment, ContentKey, Obligation, checks
from mithaq.core.envelope.limits import MAX_ATTACHMENT, Label
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, MessageId
from tests.factories.envelopes import (
    DAY,
    MINUTE,
    NOW,
    XA,
    XB,
    XC,
    Book,
    Bureau,
    Craft,
    Headers,
    bureau,
    flip,
    make_context,
    never_seen,
    open_as,
)

SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Sample:
    obligation: Obligation
    error: type[MithaqError]
    data: Callable[[], bytes]
    book: Callable[[], Book] = Book
    at: dt.datetime = NOW
    seen: Callable[[bytes], envelope.Seen] = lambda _: never_seen


def with_header(label: int, value: cbor.Encodable) -> Callable[[Headers], Headers]:
    return lambda headers: headers | {label: value}


def seen_as(digest: Digest) -> envelope.Seen:
    def seen(issuer: BureauId, message_id: MessageId) -> Digest | None:
        return digest

    return seen


def only_first_authority_in_use_later() -> Book:
    later = Period(starts_at=NOW + DAY, ends_at=None)
    return Book(periods={bureau(XA).authority[0].kid: later})


def attached(*sizes: int, digests: str = "abc") -> Craft:
    entries = tuple(
        Attachment(digest=Digest(letter.encode() * 32), size=size, nonce_prefix=b"n" * 7)
        for letter, size in zip(digests, sizes, strict=False)
    )
    return Craft(context=make_context(attachments=entries))


def recipient_swapped() -> bytes:
    """The wrapped key of another context, everything else in its place."""
    other = Craft(context=make_context(purpose="another"))
    context = make_context()
    headers = context.headers(commitment=sha256(b"mithaq/cek-commit/v1" + b"c" * 32).digest())
    signed = cose.sign(
        payload=b"x",
        signers=bureau(XA).authority,
        protected={},
        external_aad=header_bytes(headers),
    )
    mine, theirs = (
        cbor.decode(
            cose.encrypt(
                plaintext=signed,
                protected=parameters,
                content_key=b"c" * 32,
                recipient=bureau(XB).sealing,
            )
        )
        for parameters in (headers, other.context.headers(commitment=b"c" * 32))
    )
    assert isinstance(mine, cbor.Tagged)
    assert isinstance(theirs, cbor.Tagged)
    assert isinstance(mine.value, list)
    assert isinstance(theirs.value, list)
    mine.value[3] = theirs.value[3]
    return Craft(context=context).close(cbor.encode(mine))


SAMPLES = [
    Sample(
        obligation=Obligation.SIZE,
        error=envelope.TooLarge,
        data=lambda: Craft(payload=b"x" * envelope.MAX_ENVELOPE).build(),
    ),
    Sample(
        obligation=Obligation.FORM,
        error=envelope.Malformed,
        data=lambda: Craft(outer_header=with_header(Label.SIZE, 1)).build(),
    ),
    Sample(
        obligation=Obligation.PROFILE,
        error=envelope.UnknownProfile,
        data=lambda: Craft(
            outer_header=with_header(Label.PROFILE, 2),
            inner_context=with_header(Label.PROFILE, 2),
        ).build(),
    ),
    Sample(
        obligation=Obligation.AUDIENCE,
        error=envelope.WrongRecipient,
        data=lambda: Craft(context=make_context(audience=XC), recipient=bureau(XB).sealing).build(),
    ),
    Sample(
        obligation=Obligation.SENDER,
        error=UnknownSender,
        data=lambda: Craft(issuer=replace_node(bureau(XA).code, generation=2)).build(),
    ),
    Sample(
        obligation=Obligation.NODE_SIGNATURE,
        error=envelope.BadSignature,
        data=lambda: flip(Craft().build(), -1),
    ),
    Sample(
        obligation=Obligation.LIFETIME,
        error=envelope.BadLifetime,
        data=lambda: Craft(
            context=make_context(expires_at=NOW + envelope.MAX_LIFETIME + SECOND)
        ).build(),
    ),
    Sample(
        obligation=Obligation.NOT_EXPIRED,
        error=envelope.Expired,
        data=lambda: Craft().build(),
        at=NOW + DAY + envelope.CLOCK_SKEW,
    ),
    Sample(
        obligation=Obligation.NOT_FROM_FUTURE,
        error=envelope.FromFuture,
        data=lambda: Craft().build(),
        at=NOW - envelope.CLOCK_SKEW - SECOND,
    ),
    Sample(
        obligation=Obligation.CONTEXT,
        error=envelope.BadContext,
        data=lambda: Craft(inner_context=with_header(Label.PACT_HASH, b"short")).build(),
    ),
    Sample(
        obligation=Obligation.SAME_HEADER,
        error=envelope.HeaderMismatch,
        data=lambda: Craft(outer_header=with_header(Label.VIA, ["XS"])).build(),
    ),
    Sample(
        obligation=Obligation.NOT_REPLAYED,
        error=envelope.Replayed,
        data=lambda: Craft().build(),
        seen=lambda data: seen_as(Digest(sha256(data).digest())),
    ),
    Sample(
        obligation=Obligation.NOT_REPLAYED,
        error=envelope.ConflictingCopy,
        data=lambda: Craft().build(),
        seen=lambda _: seen_as(Digest(b"another envelope of that id ....")),
    ),
    Sample(
        obligation=Obligation.RECIPIENT_KEY,
        error=envelope.WrongSealingKey,
        data=lambda: Craft(recipient=bureau(XB, generation=2).sealing).build(),
    ),
    Sample(
        obligation=Obligation.UNWRAPS,
        error=envelope.CannotUnwrap,
        data=recipient_swapped,
    ),
    Sample(
        obligation=Obligation.COMMITMENT,
        error=envelope.BadCommitment,
        data=lambda: Craft(committed=ContentKey(b"d" * 32)).build(),
    ),
    Sample(
        obligation=Obligation.DECRYPTS,
        error=envelope.CannotDecrypt,
        data=lambda: Craft(encrypted=alter_ciphertext).build(),
    ),
    Sample(
        obligation=Obligation.CONTENT,
        error=envelope.BadContent,
        data=lambda: Craft(signed=lambda signed: signed + b"\x00").build(),
    ),
    Sample(
        obligation=Obligation.AUTHORITY,
        error=KeyExpired,
        data=lambda: Craft().build(),
        book=only_first_authority_in_use_later,
    ),
    Sample(
        obligation=Obligation.BOTH_SIGNATURES,
        error=envelope.MissingSignature,
        data=lambda: Craft(signers=bureau(XA).authority[:1]).build(),
    ),
    Sample(
        obligation=Obligation.BOTH_SIGNATURES,
        error=envelope.MissingSignature,
        data=lambda: Craft(signers=bureau(XA).authority[1:]).build(),
    ),
    Sample(
        obligation=Obligation.BOTH_SIGNATURES,
        error=envelope.UnexpectedSignature,
        data=lambda: Craft(signers=(*bureau(XA).authority, bureau(XC).authority[0])).build(),
    ),
    Sample(
        obligation=Obligation.BOTH_SIGNATURES,
        error=envelope.BadSignature,
        data=lambda: Craft(signed=lambda signed: flip(signed, -1)).build(),
    ),
    Sample(
        obligation=Obligation.MANIFEST,
        error=envelope.BadManifest,
        data=lambda: attached(MAX_ATTACHMENT + 1).build(),
    ),
    Sample(
        obligation=Obligation.MANIFEST,
        error=envelope.BadManifest,
        data=lambda: attached(1, 1, digests="aa").build(),
    ),
]


def replace_node(code: BureauId, *, generation: int) -> Bureau:
    old, new = bureau(code), bureau(code, generation=generation)
    held = tuple(
        theirs if mine.role == "node" else mine
        for mine, theirs in zip(old.held, new.held, strict=True)
    )
    return replace(old, held=held)


def alter_ciphertext(encrypted: bytes) -> bytes:
    message = cbor.decode(encrypted)
    assert isinstance(message, cbor.Tagged)
    assert isinstance(message.value, list)
    ciphertext = message.value[2]
    assert isinstance(ciphertext, bytes)
    message.value[2] = flip(ciphertext, 0)
    return cbor.encode(message)


IDS = [f"{sample.obligation}: {sample.error.__name__}" for sample in SAMPLES]


def test_every_obligation_has_a_sample() -> None:
    assert {sample.obligation for sample in SAMPLES} == set(OBLIGATIONS)


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_sample_is_refused_by_its_obligation(sample: Sample) -> None:
    data = sample.data()

    with pytest.raises(sample.error) as refusal:
        open_as(XB, data, at=sample.at, book=sample.book(), seen=sample.seen(data))
    assert type(refusal.value) is sample.error


def test_each_error_has_a_code_of_its_own() -> None:
    codes = {sample.error: sample.error.code for sample in SAMPLES}

    assert len(set(codes.values())) == len(codes)


def nothing(*_: object, **__: object) -> None:
    """Discharge an obligation without looking."""


# What the check of an obligation becomes when it looks at nothing. Obligations that produce
# what the next one needs (form, context, unwrapping, decryption, content) cannot be left out.
WITHOUT: dict[Obligation, tuple[str, Callable[..., object]]] = {
    Obligation.AUDIENCE: ("audience", nothing),
    Obligation.SENDER: (
        "node_key",
        lambda *_, **__: bureau(XA, generation=2).node.public,
    ),
    Obligation.NODE_SIGNATURE: ("verify_outside", lambda message, _: message.payload),
    Obligation.LIFETIME: ("lifetime", nothing),
    Obligation.NOT_EXPIRED: ("not_expired", nothing),
    Obligation.NOT_FROM_FUTURE: ("not_from_future", nothing),
    Obligation.SAME_HEADER: ("same_header", nothing),
    Obligation.NOT_REPLAYED: ("not_replayed", nothing),
    Obligation.COMMITMENT: ("committed", nothing),
    Obligation.BOTH_SIGNATURES: (
        "verify_content",
        lambda message, *_: message.payload,
    ),
    Obligation.MANIFEST: ("manifest", nothing),
}
LEAVABLE = [sample for sample in SAMPLES if sample.obligation in WITHOUT]


@pytest.mark.parametrize(
    "sample", LEAVABLE, ids=[f"{one.obligation}: {one.error.__name__}" for one in LEAVABLE]
)
def test_nothing_else_refuses_the_sample(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    name, blind = WITHOUT[sample.obligation]
    data = sample.data()
    monkeypatch.setattr(checks, name, blind)

    opened = open_as(XB, data, at=sample.at, book=sample.book(), seen=sample.seen(data))

    assert opened.payload == Craft().payload


def test_an_honest_envelope_discharges_all_obligations_in_order() -> None:
    opened = open_as(XB, Craft().build(), at=NOW + MINUTE)

    assert opened.discharged == OBLIGATIONS
