"""COSE_Encrypt for one recipient (RFC 9052, section 5.1; the COSE-HPKE drafts, key encryption).

The content is encrypted with a content key of its own, AES-256-GCM; the content key is wrapped
for the recipient by HPKE with X-Wing. The HPKE `info` is the deterministic CBOR of
["HPKE Recipient", 3, recipient's protected header, SHA-256(protected header)], so that a
wrapped key opens under one header only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mithaq.core import cbor
from mithaq.core.cose import headers, hpke
from mithaq.core.cose.algorithms import (
    CONTENT_KEY_SIZE,
    ENCAPSULATED_SIZE,
    NONCE_SIZE,
    TAG_SIZE,
    WRAPPED_SIZE,
    Algorithm,
)
from mithaq.core.cose.errors import CannotDecrypt, Malformed, WrongAlgorithm
from mithaq.core.cose.headers import Header, Headers
from mithaq.core.cose.keys import PublicKey
from mithaq.core.ids import KeyId

TAG = 96


class Unsealer(Protocol):
    """What holds private sealing keys."""

    def unseal(self, *, kid: KeyId, sealed: bytes, info: bytes) -> bytes:
        """Return what was sealed for key `kid` with `info`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Encrypted:
    """A COSE_Encrypt as read; `protected` are the bytes as received."""

    protected: bytes
    headers: dict[cbor.Key, cbor.Value]
    nonce: bytes
    ciphertext: bytes
    recipient: KeyId
    recipient_protected: bytes
    sealed_key: bytes  # enc, then the wrapped content key


def encrypt(
    *,
    plaintext: bytes,
    protected: Headers,
    content_key: bytes,
    recipient: PublicKey,
) -> bytes:
    """Return the COSE_Encrypt of `plaintext` for `recipient`.

    `content_key` is 32 random bytes, used for no other message. `protected` gains the
    algorithm; `header_bytes` tells its bytes beforehand.

    Raises:
        WrongAlgorithm: `recipient` is no sealing key.
    """
    return encrypt_under(
        header_bytes(protected),
        plaintext=plaintext,
        content_key=content_key,
        recipient=recipient,
    )


def encrypt_under(
    header: bytes,
    *,
    plaintext: bytes,
    content_key: bytes,
    recipient: PublicKey,
) -> bytes:
    """Return what `encrypt` returns, for a protected header that `header_bytes` has written.

    Raises:
        WrongAlgorithm: `recipient` is no sealing key.
    """
    nonce = os.urandom(NONCE_SIZE)
    ciphertext = AESGCM(content_key).encrypt(nonce, plaintext, _associated_data(header))
    recipient_header = headers.write({Header.ALG: recipient.alg, Header.KID: recipient.kid})
    info = _info(protected=header, recipient_protected=recipient_header)
    sealed = hpke.seal(plaintext=content_key, key=recipient, info=info)
    wrapped: cbor.Encodable = [
        recipient_header,
        {Header.ENCAPSULATED.value: sealed[:ENCAPSULATED_SIZE]},
        sealed[ENCAPSULATED_SIZE:],
    ]
    return cbor.encode_tagged(TAG, [header, {Header.IV.value: nonce}, ciphertext, [wrapped]])


def header_bytes(protected: Headers) -> bytes:
    """Return the protected header that `encrypt` will write for `protected`."""
    return headers.write({**protected, Header.ALG: Algorithm.A256GCM})


def read_encrypt(data: bytes) -> Encrypted:
    """Return the COSE_Encrypt of `data`.

    Raises:
        Malformed: it is not in its one form, or not for exactly one recipient.
        WrongAlgorithm: it does not use AES-256-GCM and X-Wing.
    """
    protected, unprotected, ciphertext, recipients = headers.parts(data, tag=TAG, count=4)
    raw = headers.octets(protected)
    parameters = headers.read(raw)
    if parameters.get(Header.ALG) != Algorithm.A256GCM:
        raise WrongAlgorithm("the content is not encrypted with AES-256-GCM")
    nonce = _only(unprotected, Header.IV, size=NONCE_SIZE)
    (recipient,) = headers.array(recipients, count=1)
    recipient_protected, enc, wrapped = headers.array(recipient, count=3)
    recipient_raw = headers.octets(recipient_protected)
    alg, kid = headers.named_key(recipient_raw)
    if alg is not Algorithm.XWING:
        raise WrongAlgorithm("the content key is not wrapped with X-Wing")
    sealed_key = _only(enc, Header.ENCAPSULATED, size=ENCAPSULATED_SIZE) + headers.octets(wrapped)
    if len(sealed_key) != ENCAPSULATED_SIZE + WRAPPED_SIZE:
        raise Malformed("the wrapped content key is not of its size")
    return Encrypted(
        protected=raw,
        headers=parameters,
        nonce=nonce,
        ciphertext=headers.octets(ciphertext),
        recipient=kid,
        recipient_protected=recipient_raw,
        sealed_key=sealed_key,
    )


def unwrap_content_key(message: Encrypted, *, keys: Unsealer) -> bytes:
    """Return the content key.

    Raises:
        CannotDecrypt: it was wrapped for another key or another header, or was altered.
        MithaqError: `keys` does not hold the recipient's key.
    """
    info = _info(protected=message.protected, recipient_protected=message.recipient_protected)
    key = keys.unseal(kid=message.recipient, sealed=message.sealed_key, info=info)
    if len(key) != CONTENT_KEY_SIZE:
        raise CannotDecrypt("the content key is not of its size")
    return key


def decrypt(message: Encrypted, *, content_key: bytes) -> bytes:
    """Return the plaintext.

    Raises:
        CannotDecrypt: it was encrypted with another key, or something was altered.
    """
    if len(message.ciphertext) < TAG_SIZE:
        raise CannotDecrypt
    associated = _associated_data(message.protected)
    try:
        return AESGCM(content_key).decrypt(message.nonce, message.ciphertext, associated)
    except InvalidTag as fault:
        raise CannotDecrypt from fault


def _associated_data(protected: bytes) -> bytes:
    return cbor.encode(["Encrypt", protected, b""])


def _info(*, protected: bytes, recipient_protected: bytes) -> bytes:
    return cbor.encode(
        ["HPKE Recipient", Algorithm.A256GCM, recipient_protected, sha256(protected).digest()]
    )


def _only(value: cbor.Value, label: int, *, size: int) -> bytes:
    fields = cbor.Fields(value, fault=Malformed)
    octets = fields.octets(label, size=size)
    fields.close()
    return octets
