"""Pacts and notices with their signatures: a COSE_Sign by the authority keys of the parties.

A pact is signed by both authority keys, Ed25519 and ML-DSA-65, of every party; a notice by both
of the one party that issues it. The payload is the canonical form, the external data is the name
of the format, so that a signature under one is none under the other.

`SignedPact` and `SignedNotice` are stages of trust: only `read_pact` and `read_notice` make them,
and `restored` where a node reads again what it verified itself and kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import InitVar, dataclass
from typing import Protocol

from mithaq.core import cose
from mithaq.core.cose import PublicKey, Signer
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, Urn
from mithaq.core.pacts import notice as notices_
from mithaq.core.pacts import pact as pacts_
from mithaq.core.pacts.errors import BadNotice, MalformedPact, NotSigned, UnknownPact, WrongVersion
from mithaq.core.pacts.limits import Quota
from mithaq.core.pacts.notice import Notice, Standing
from mithaq.core.pacts.pact import Pact

PACT_TYPE = "application/vnd.mithaq.pact+cbor"
NOTICE_TYPE = "application/vnd.mithaq.pact-notice+cbor"
_TOKEN = object()  # held by the readers of this module


class Authorities(Protocol):
    """What knows the authority keys of bureaus, such as the directory's keyring."""

    def authority(self, *, bureau: BureauId, at: dt.datetime) -> tuple[PublicKey, PublicKey]:
        """Return both authority keys that `bureau` had at `at`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNotice:
    """A notice whose signatures have been verified."""

    notice: Notice
    signed: bytes
    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        _only_readers(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPact:
    """A pact whose signatures have been verified, with the notices that are known of it."""

    terms: Pact
    signed: bytes
    """The COSE_Sign as received: the evidence."""
    notices: tuple[SignedNotice, ...] = ()
    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        _only_readers(token)

    @property
    def id(self) -> Urn:
        """The name of the pact, the same in all its versions."""
        return self.terms.id

    @property
    def hash(self) -> Digest:
        """The hash of the canonical form, which every envelope names."""
        return self.terms.hash

    @property
    def version(self) -> int:
        """The version of the pact."""
        return self.terms.version

    @property
    def parties(self) -> tuple[BureauId, ...]:
        """The parties, sorted."""
        return self.terms.parties

    def standing(self, at: dt.datetime) -> Standing:
        """Return where the pact stands at `at` by the notices, its validity aside."""
        return notices_.standing((held.notice for held in self.notices), at=at)

    def with_notices(self, notices: Iterable[SignedNotice]) -> SignedPact:
        """Return the pact with `notices` beside those it has; one given twice counts once.

        Raises:
            BadNotice: one is about another pact, version or text, is not by a party, or
                contradicts another of the same number.
        """
        held = {notice.notice: notice for notice in (*notices, *self.notices)}
        for notice in held:
            if (notice.pact, notice.version, notice.pact_hash) != (
                self.terms.id,
                self.terms.version,
                self.terms.hash,
            ):
                raise BadNotice("the notice is about another pact, version or text")
            if notice.party not in self.terms.parties:
                raise BadNotice("the notice is not by a party of the pact")
        notices_.check_consistent(held)
        ordered = tuple(sorted(held.values(), key=_order))
        return SignedPact(terms=self.terms, signed=self.signed, notices=ordered, token=_TOKEN)

    def check_named(self, *, pact_id: Urn, pact_hash: Digest) -> None:
        """Refuse unless this is the pact that an envelope names.

        Raises:
            UnknownPact: it names another pact.
            WrongVersion: it names another version or another text.
        """
        if pact_id != self.terms.id:
            raise UnknownPact
        if pact_hash != self.terms.hash:
            raise WrongVersion


def relays(pact: SignedPact) -> frozenset[BureauId]:
    """Return the bureaus that may relay under `pact`; empty means that nothing is relayed."""
    return pact.terms.relays


def quotas(pact: SignedPact) -> tuple[Quota, ...]:
    """Return the quotas of `pact`, for which whoever asks `decide` has to count."""
    return pact.terms.quotas


def sign_pact(*, data: bytes, signers: Sequence[Signer]) -> bytes:
    """Return the pact with canonical form `data`, signed by `signers`.

    Raises:
        MalformedPact: `data` is not the canonical form of a pact.
    """
    return _sign(pacts_.read(data).data, signers, kind=PACT_TYPE, context=pacts_.FORMAT)


def add_signatures(*, signed: bytes, signers: Sequence[Signer]) -> bytes:
    """Return the signed pact with the signatures of another party beside those it has.

    The signatures it has are not verified: `read_pact` will, once all are there.

    Raises:
        MalformedPact: it is no signed pact, or one of `signers` has signed already.
    """
    unverified_terms(signed)
    try:
        for signer in signers:
            aad = pacts_.FORMAT.encode()
            signed = cose.add_signature(signed, signer=signer, external_aad=aad)
    except cose.Malformed as fault:
        raise MalformedPact(fault.detail) from fault
    return signed


def sign_notice(*, notice: Notice, signers: Sequence[Signer]) -> bytes:
    """Return `notice` signed by the authority keys of the party that issues it."""
    return _sign(notice.data, signers, kind=NOTICE_TYPE, context=notices_.FORMAT)


def unverified_terms(signed: bytes) -> Pact:
    """Return what a signed pact says, whoever has signed it; to show it, never to decide.

    Raises:
        MalformedPact: it is no signed pact.
    """
    return pacts_.read(_payload(_message(signed, kind=PACT_TYPE)))


def unverified_notice(signed: bytes) -> Notice:
    """Return what a signed notice says, whoever has signed it.

    Raises:
        MalformedPact: it is no signed notice.
    """
    return notices_.read(_payload(_message(signed, kind=NOTICE_TYPE)))


def read_pact(*, data: bytes, keyring: Authorities, at: dt.datetime) -> SignedPact:
    """Return the pact once it is verified. `at` is when it was accepted here.

    1. The bytes are a COSE_Sign of our content type, in its one form, of at most `cbor.MAX_SIZE`.
    2. The payload is the canonical form of a pact.
    3. Both authority keys that each party had at `at` have signed, and nobody else.

    Raises:
        MalformedPact: 1 or 2 does not hold.
        NotSigned: 3 does not hold, or a party is not in the keyring.
    """
    message = _message(data, kind=PACT_TYPE)  # discharges 1
    terms = pacts_.read(_payload(message))  # discharges 2
    _verify(message, terms.parties, keyring=keyring, at=at, context=pacts_.FORMAT)  # 3
    return SignedPact(terms=terms, signed=data, token=_TOKEN)


def read_notice(*, data: bytes, keyring: Authorities, at: dt.datetime) -> SignedNotice:
    """Return the notice once it is verified. `at` is when it was accepted here.

    1. The bytes are a COSE_Sign of our content type, in its one form, of at most `cbor.MAX_SIZE`.
    2. The payload is the canonical form of a notice.
    3. Both authority keys that the issuing party had at `at` have signed, and nobody else.

    That the notice is about a pact, and the issuer a party of it, is for `with_notices` to check.

    Raises:
        MalformedPact: 1 or 2 does not hold.
        NotSigned: 3 does not hold, or the party is not in the keyring.
    """
    message = _message(data, kind=NOTICE_TYPE)  # discharges 1
    notice = notices_.read(_payload(message))  # discharges 2
    _verify(message, (notice.party,), keyring=keyring, at=at, context=notices_.FORMAT)  # 3
    return SignedNotice(notice=notice, signed=data, token=_TOKEN)


def restored(*, signed: bytes, notices: Iterable[bytes]) -> SignedPact:
    """Return a pact with its notices that this node verified when it accepted them.

    Only for bytes from the node's own store: signatures are not verified again, because the keys
    that made them may have been rotated out since, and the pact stands all the same.

    Raises:
        MalformedPact: the bytes are not what was kept.
        BadNotice: a notice is not about this pact.
    """
    held = (
        SignedNotice(notice=unverified_notice(data), signed=data, token=_TOKEN) for data in notices
    )
    pact = SignedPact(terms=unverified_terms(signed), signed=signed, token=_TOKEN)
    return pact.with_notices(held)


def _sign(payload: bytes, signers: Sequence[Signer], *, kind: str, context: str) -> bytes:
    return cose.sign(
        payload=payload,
        signers=signers,
        protected={cose.Header.CONTENT_TYPE: kind},
        external_aad=context.encode(),
    )


def _message(data: bytes, *, kind: str) -> cose.SignedMessage:
    try:
        message = cose.read_sign(data)
    except (cose.Malformed, cose.WrongAlgorithm) as fault:
        raise MalformedPact(fault.detail) from fault
    if message.headers != {cose.Header.CONTENT_TYPE: kind}:
        raise MalformedPact(f"not a signed document of type {kind}")
    return message


def _payload(message: cose.SignedMessage) -> bytes:
    if message.payload is None:
        raise MalformedPact("the payload is detached")
    return message.payload


def _verify(
    message: cose.SignedMessage,
    parties: Iterable[BureauId],
    *,
    keyring: Authorities,
    at: dt.datetime,
    context: str,
) -> None:
    try:
        keys = [key for party in parties for key in keyring.authority(bureau=party, at=at)]
        cose.verify_all(message, keys=keys, external_aad=context.encode())
    except MithaqError as fault:
        raise NotSigned(fault.detail) from fault


def _order(held: SignedNotice) -> tuple[BureauId, int]:
    return held.notice.party, held.notice.number


def _only_readers(token: object) -> None:
    if token is not _TOKEN:
        raise TypeError("signed pacts and notices come from their readers only")
