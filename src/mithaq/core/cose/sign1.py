"""COSE_Sign1: a message signed by one key (RFC 9052, section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

from mithaq.core import cbor
from mithaq.core.cose import headers
from mithaq.core.cose.algorithms import Algorithm
from mithaq.core.cose.errors import BadSignature, Malformed, WrongAlgorithm
from mithaq.core.cose.headers import Header, Headers
from mithaq.core.cose.keys import PublicKey, Signer
from mithaq.core.ids import KeyId

TAG = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """A COSE_Sign1 as read, its signature not yet verified.

    `protected` are the bytes as received, `headers` what they say. `payload` is `None` when it
    is detached.
    """

    protected: bytes
    headers: dict[cbor.Key, cbor.Value]
    unprotected: dict[cbor.Key, cbor.Value]
    payload: bytes | None
    kid: KeyId
    alg: Algorithm
    signature: bytes


def sign1(
    *,
    payload: bytes,
    signer: Signer,
    protected: Headers,
    external_aad: bytes = b"",
) -> bytes:
    """Return a COSE_Sign1 that carries `payload`.

    `protected` gains the algorithm and the key of `signer`.
    """
    header = _header(signer, protected)
    signature = signer.sign(_to_be_signed(header, external_aad, payload))
    return cbor.encode_tagged(TAG, [header, {}, payload, signature])


def sign1_detached(
    *,
    payload: bytes,
    signer: Signer,
    protected: Headers,
    external_aad: bytes = b"",
) -> tuple[bytes, bytes]:
    """Return protected header and signature over a `payload` that travels apart.

    `assemble` makes messages of them, each with unprotected parameters of its own.
    """
    header = _header(signer, protected)
    return header, signer.sign(_to_be_signed(header, external_aad, payload))


def assemble(*, protected: bytes, unprotected: Headers, signature: bytes) -> bytes:
    """Return the COSE_Sign1 with detached payload of these parts."""
    return cbor.encode_tagged(TAG, [protected, unprotected, None, signature])


def read_sign1(data: bytes) -> Sign1:
    """Return the COSE_Sign1 of `data`, without unprotected parameters.

    Raises:
        Malformed: it is not in its one form, or has unprotected parameters.
        WrongAlgorithm: the algorithm is none of ours.
    """
    message = read_sign1_with_unprotected(data)
    headers.nothing(message.unprotected)
    return message


def read_sign1_with_unprotected(data: bytes) -> Sign1:
    """Return the COSE_Sign1 of `data`, for a caller that checks the unprotected parameters.

    Raises:
        Malformed: it is not in its one form.
        WrongAlgorithm: the algorithm is none of ours.
    """
    protected, unprotected, payload, signature = headers.parts(data, tag=TAG, count=4)
    if not isinstance(unprotected, dict):
        raise Malformed("a map is expected")
    raw = headers.octets(protected)
    parameters = headers.read(raw)
    alg, kid = headers.signing_key(parameters)
    return Sign1(
        protected=raw,
        headers=parameters,
        unprotected=unprotected,
        payload=None if payload is None else headers.octets(payload),
        kid=kid,
        alg=alg,
        signature=headers.octets(signature),
    )


def verify1(
    message: Sign1,
    *,
    key: PublicKey,
    external_aad: bytes = b"",
    payload: bytes | None = None,
) -> bytes:
    """Return the payload once its signature is verified.

    `payload` is given exactly when the message does not carry it.

    1. The message and the key name the same algorithm and the same key.
    2. The payload is either carried or given, never both.
    3. The signature verifies over header, external data and payload as received.

    Raises:
        WrongAlgorithm: the key is of another algorithm.
        Malformed: the payload is missing or there twice.
        BadSignature: the signature is of another key or does not verify.
    """
    if message.alg is not key.alg:  # discharges 1
        raise WrongAlgorithm
    if message.kid != key.kid:  # discharges 1
        raise BadSignature("signed by another key")
    content = message.payload if payload is None else payload
    if content is None or (payload is not None and message.payload is not None):  # discharges 2
        raise Malformed("the payload is missing or there twice")
    key.verify(message.signature, _to_be_signed(message.protected, external_aad, content))  # 3
    return content


def _header(signer: Signer, protected: Headers) -> bytes:
    return headers.write({**protected, Header.ALG: signer.alg, Header.KID: signer.kid})


def _to_be_signed(protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    return cbor.encode(["Signature1", protected, external_aad, payload])
