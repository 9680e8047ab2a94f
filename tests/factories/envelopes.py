"""Fictional bureaus with fixed keys, a directory of them, and envelopes honest and crafted."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mithaq.core import cbor, cose, envelope
from mithaq.core.clock import Period
from mithaq.core.cose import Header, PublicKey, Signer
from mithaq.core.cose.encrypt import header_bytes
from mithaq.core.directory import Descriptor, Keyring, MemberKey
from mithaq.core.envelope import ContentKey, Context, Directory, Opened
from mithaq.core.envelope.limits import ENCRYPTED_TYPE, Label
from mithaq.core.envelope.sealing import commitment
from mithaq.core.ids import BureauId, Digest, KeyId, MessageId, make_urn
from mithaq.core.keys import ALGORITHMS, HeldKey, KeyRole, MemoryKeyStore, PrivateKey

XA, XB, XC, XS = (BureauId(code) for code in ("XA", "XB", "XC", "XS"))
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
VALIDITY = Period(starts_at=NOW - 300 * DAY, ends_at=NOW + 300 * DAY)
CONTENT_KEY = ContentKey(b"c" * 32)
PAYLOAD = b"a method, in its canonical form"


@dataclass(frozen=True, kw_only=True)
class Bureau:
    """A bureau with all its private keys."""

    code: BureauId
    held: tuple[HeldKey, ...]

    @property
    def keystore(self) -> MemoryKeyStore:
        return MemoryKeyStore(self.held)

    @property
    def authority(self) -> tuple[PrivateKey, PrivateKey]:
        first, second = (one.key for one in self.held if one.role is KeyRole.AUTHORITY)
        return first, second

    @property
    def node(self) -> PrivateKey:
        return next(one.key for one in self.held if one.role is KeyRole.NODE)

    @property
    def sealing(self) -> PublicKey:
        return next(one.public for one in self.held if one.role is KeyRole.SEALING)


@functools.cache
def bureau(code: BureauId, *, generation: int = 1) -> Bureau:
    """Return the bureau, always with the same keys; another generation has others."""
    held = tuple(
        HeldKey(
            role=role,
            key=PrivateKey(alg=alg, seed=_seed(code, role, alg, generation)),
            created_at=NOW,
        )
        for role, algorithms in ALGORITHMS.items()
        for alg in algorithms
    )
    return Bureau(code=code, held=held)


def _seed(*parts: object) -> bytes:
    return sha256("/".join(str(part) for part in parts).encode()).digest()


class Book(Keyring):
    """The keyring of these bureaus; `VALIDITY` is of all their keys but those in `periods`."""

    def __init__(
        self,
        codes: Iterable[BureauId] = (XA, XB, XC, XS),
        *,
        periods: dict[KeyId, Period] | None = None,
    ) -> None:
        super().__init__([describe(bureau(code), periods or {}) for code in codes])


def describe(member: Bureau, periods: dict[KeyId, Period]) -> Descriptor:
    """Return the descriptor of a bureau with the public halves of the keys others need."""
    keys = tuple(
        MemberKey(public=held.public, role=held.role, validity=periods.get(held.key.kid, VALIDITY))
        for held in member.held
        if held.role is not KeyRole.STORAGE
    )
    return Descriptor(
        bureau=member.code,
        serial=1,
        kind="national-bureau",
        names=dict.fromkeys(("ar", "fr", "en", "es"), member.code),
        languages=("ar",),
        endpoint="http://127.0.0.1:8601",
        keys=keys,
        contacts=(),
        issued_at=max(key.validity.starts_at for key in keys if key.role is KeyRole.AUTHORITY),
        expires_at=NOW + 300 * DAY,
    )


def make_context(*, issuer: BureauId = XA, audience: BureauId = XB, **changes: object) -> Context:
    """Return a context from XA to XB, by default without relay, reply or attachment."""
    context = Context(
        issuer=issuer,
        audience=audience,
        message_id=MessageId(b"m" * 16),
        issued_at=NOW,
        expires_at=NOW + DAY,
        pact_id=make_urn(
            bureau=XA, kind="pact", key=uuid.UUID("01980000-0000-7000-8000-000000000001")
        ),
        pact_hash=Digest(b"p" * 32),
        purpose="prevention",
        handling="h1",
        kind="method",
        content_type="application/vnd.mithaq.release",
        sequence=1,
    )
    return replace(context, **changes)  # type: ignore[arg-type]  # names are the fields'


def seal(context: Context | None = None, payload: bytes = PAYLOAD) -> bytes:
    """Return an honest envelope of the bureaus that `context` names."""
    context = context or make_context()
    sender = bureau(context.issuer)
    return envelope.seal(
        context=context,
        payload=payload,
        authority=sender.authority,
        node=sender.node,
        recipient=bureau(context.audience).sealing,
    )


Headers = dict[int, cbor.Encodable]


def same_headers(headers: Headers) -> Headers:
    return headers


def same(data: bytes) -> bytes:
    return data


@dataclass(frozen=True, kw_only=True)
class Craft:
    """How a dishonest node, which holds the keys of `issuer`, builds an envelope.

    Everything is honest by default; each field changes one layer before the next is put round.
    """

    context: Context = field(default_factory=make_context)
    payload: bytes = PAYLOAD
    issuer: Bureau = field(default_factory=lambda: bureau(XA))
    signers: Sequence[Signer] | None = None
    recipient: PublicKey | None = None
    inner_context: Callable[[Headers], Headers] = same_headers
    outer_header: Callable[[Headers], Headers] = same_headers
    signed: Callable[[bytes], bytes] = same
    encrypted: Callable[[bytes], bytes] = same
    committed: ContentKey = CONTENT_KEY

    def build(self) -> bytes:
        return self.wrap(self.signed(self.sign()))

    def context_headers(self) -> Headers:
        return self.inner_context(self.context.headers(commitment=commitment(self.committed)))

    def sign(self) -> bytes:
        """Return the content as the authority signs it."""
        return cose.sign(
            payload=self.payload,
            signers=self.issuer.authority if self.signers is None else self.signers,
            protected={},
            external_aad=header_bytes(self.context_headers()),
        )

    def wrap(self, signed: bytes) -> bytes:
        """Return the envelope round a signed content, made here or elsewhere."""
        encrypted = self.encrypted(
            cose.encrypt(
                plaintext=signed,
                protected=self.context_headers(),
                content_key=CONTENT_KEY,
                recipient=self.recipient or bureau(self.context.audience).sealing,
            )
        )
        return self.close(encrypted)

    def close(self, encrypted: bytes) -> bytes:
        """Return the outside, signed by the node, round an encrypted layer."""
        outer = self.context.routing.headers() | {
            Header.CONTENT_TYPE: ENCRYPTED_TYPE,
            Label.SIZE: len(encrypted),
        }
        return cose.sign1(
            payload=encrypted, signer=self.issuer.node, protected=self.outer_header(outer)
        )


def never_seen(issuer: BureauId, message_id: MessageId) -> Digest | None:
    return None


def open_as(
    code: BureauId,
    data: bytes,
    *,
    at: dt.datetime = NOW,
    book: Directory | None = None,
    seen: envelope.Seen = never_seen,
) -> Opened:
    """Return what `code` reads in `data`."""
    keyring = book or Book()
    outer = envelope.verify_outer(data, me=code, keyring=keyring, at=at)
    return envelope.open_(outer, keystore=bureau(code).keystore, keyring=keyring, seen=seen, at=at)


def flip(data: bytes, position: int, mask: int = 1) -> bytes:
    """Return `data` with the bits of `mask` changed in one byte, counted as Python counts."""
    position %= len(data)
    return data[:position] + bytes([data[position] ^ mask]) + data[position + 1 :]
