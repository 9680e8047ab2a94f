"""COSE_Sign: a message that several keys sign (RFC 9052, section 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mithaq.core import cbor
from mithaq.core.cose import headers
from mithaq.core.cose.algorithms import Algorithm
from mithaq.core.cose.errors import (
    Malformed,
    MissingSignature,
    UnexpectedSignature,
    WrongAlgorithm,
)
from mithaq.core.cose.headers import Header, Headers
from mithaq.core.cose.keys import PublicKey, Signer
from mithaq.core.ids import KeyId

TAG = 98
MAX_SIGNATURES = 128  # two for each party of the largest pact


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature of a COSE_Sign as read, not yet verified."""

    protected: bytes
    kid: KeyId
    alg: Algorithm
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """A COSE_Sign as read, its signatures not yet verified.

    `payload` is `None` when it is detached. No two signatures are of the same key.
    """

    protected: bytes
    headers: dict[cbor.Key, cbor.Value]
    payload: bytes | None
    signatures: tuple[Signature, ...]


def sign(
    *,
    payload: bytes,
    signers: Sequence[Signer],
    protected: Headers,
    external_aad: bytes = b"",
) -> bytes:
    """Return a COSE_Sign that carries `payload`, signed by each of `signers` in their order."""
    body = headers.write(protected)
    signatures = [
        _sign(body=body, payload=payload, signer=signer, external_aad=external_aad)
        for signer in signers
    ]
    return cbor.encode_tagged(TAG, [body, {}, payload, signatures])


def add_signature(data: bytes, *, signer: Signer, external_aad: bytes = b"") -> bytes:
    """Return the COSE_Sign `data` with one signature more, at the end.

    Raises:
        Malformed: `data` is no COSE_Sign with a payload, or holds a signature of that key.
    """
    message = read_sign(data)
    if message.payload is None:
        raise Malformed("the payload is detached")
    if any(entry.kid == signer.kid for entry in message.signatures):
        raise Malformed("two signatures of one key")
    held: list[cbor.Encodable] = [
        [entry.protected, {}, entry.signature] for entry in message.signatures
    ]
    added = _sign(
        body=message.protected,
        payload=message.payload,
        signer=signer,
        external_aad=external_aad,
    )
    return cbor.encode_tagged(TAG, [message.protected, {}, message.payload, [*held, added]])


def read_sign(data: bytes) -> SignedMessage:
    """Return the COSE_Sign of `data`.

    Raises:
        Malformed: it is not in its one form, has unprotected parameters, has no signature or
            two of one key.
        WrongAlgorithm: an algorithm is none of ours.
    """
    protected, unprotected, payload, entries = headers.parts(data, tag=TAG, count=4)
    headers.nothing(unprotected)
    if not isinstance(entries, list) or len(entries) > MAX_SIGNATURES:
        raise Malformed("a list of signatures is expected")
    signatures = tuple(_read_signature(entry) for entry in entries)
    if len({signature.kid for signature in signatures}) != len(signatures):
        raise Malformed("two signatures of one key")
    raw = headers.octets(protected)
    return SignedMessage(
        protected=raw,
        headers=headers.read(raw),
        payload=None if payload is None else headers.octets(payload),
        signatures=signatures,
    )


def verify_all(
    message: SignedMessage,
    *,
    keys: Sequence[PublicKey],
    external_aad: bytes = b"",
    payload: bytes | None = None,
) -> bytes:
    """Return the payload once exactly the signatures of `keys` are verified.

    `payload` is given exactly when the message does not carry it.

    1. At least one key is required.
    2. The payload is either carried or given, never both.
    3. Every required key has signed.
    4. Nobody else has.
    5. Every signature is of its key's algorithm and verifies.

    Raises:
        MissingSignature: a required key has not signed, or none is required.
        UnexpectedSignature: a key has signed that was not required.
        Malformed: the payload is missing or there twice.
        BadSignature: a signature does not verify.
        WrongAlgorithm: a signature names another algorithm than its key.
    """
    if not keys:  # discharges 1
        raise MissingSignature("no key is required, so nothing would be proved")
    content = message.payload if payload is None else payload
    if content is None or (payload is not None and message.payload is not None):  # discharges 2
        raise Malformed("the payload is missing or there twice")
    required = {key.kid: key for key in keys}
    present = {signature.kid for signature in message.signatures}
    if required.keys() - present:  # discharges 3
        raise MissingSignature
    if present - required.keys():  # discharges 4
        raise UnexpectedSignature
    for signature in message.signatures:  # discharges 5
        key = required[signature.kid]
        if key.alg is not signature.alg:
            raise WrongAlgorithm
        data: cbor.Encodable = [
            "Signature",
            message.protected,
            signature.protected,
            external_aad,
            content,
        ]
        key.verify(signature.signature, cbor.encode(data))
    return content


def _sign(*, body: bytes, payload: bytes, signer: Signer, external_aad: bytes) -> cbor.Encodable:
    header = headers.write({Header.ALG: signer.alg, Header.KID: signer.kid})
    data: cbor.Encodable = ["Signature", body, header, external_aad, payload]
    return [header, {}, signer.sign(cbor.encode(data))]


def _read_signature(entry: cbor.Value) -> Signature:
    protected, unprotected, signature = headers.array(entry, count=3)
    headers.nothing(unprotected)
    raw = headers.octets(protected)
    alg, kid = headers.named_key(raw)
    return Signature(protected=raw, kid=kid, alg=alg, signature=headers.octets(signature))
