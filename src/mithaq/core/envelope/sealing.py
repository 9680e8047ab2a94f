"""Sealing: content and context are signed, encrypted for one bureau, and signed outside."""

from __future__ import annotations

import os
from hashlib import sha256

from mithaq.core import cose
from mithaq.core.cose import Header, PublicKey, Signer
from mithaq.core.cose.algorithms import CONTENT_KEY_SIZE
from mithaq.core.cose.encrypt import encrypt_under, header_bytes
from mithaq.core.envelope.context import Context
from mithaq.core.envelope.errors import BadLifetime, TooLarge
from mithaq.core.envelope.limits import (
    COMMITMENT_LABEL,
    ENCRYPTED_TYPE,
    MAX_ENVELOPE,
    MAX_LIFETIME,
    NO_TIME,
    Label,
)
from mithaq.core.envelope.stages import ContentKey, SealedBytes


def new_content_key() -> ContentKey:
    """Return a content key for one envelope and its attachments."""
    return ContentKey(os.urandom(CONTENT_KEY_SIZE))


def commitment(content_key: ContentKey) -> bytes:
    """Return the hash that binds a header to its content key, since AES-GCM does not."""
    return sha256(COMMITMENT_LABEL + content_key).digest()


def seal(
    *,
    context: Context,
    payload: bytes,
    authority: tuple[Signer, Signer],
    node: Signer,
    recipient: PublicKey,
    content_key: ContentKey | None = None,
) -> SealedBytes:
    """Return the envelope that carries `payload` to the holder of `recipient`.

    `authority` is the Ed25519 key, then the ML-DSA-65 key. `content_key` is given only when
    attachments have been encrypted with it, and never twice.

    Raises:
        BadLifetime: the context expires before it is issued, or lives too long.
        TooLarge: the envelope would be larger than allowed.
        WrongAlgorithm: `recipient` is no sealing key.
    """
    if not NO_TIME < context.expires_at - context.issued_at <= MAX_LIFETIME:
        raise BadLifetime
    key = new_content_key() if content_key is None else content_key
    header = header_bytes(context.headers(commitment=commitment(key)))
    signed = cose.sign(
        payload=payload,
        signers=authority,
        protected={},
        external_aad=header,
    )
    encrypted = encrypt_under(header, plaintext=signed, content_key=key, recipient=recipient)
    outer = context.routing.headers() | {
        Header.CONTENT_TYPE: ENCRYPTED_TYPE,
        Label.SIZE: len(encrypted),
    }
    sealed = cose.sign1(payload=encrypted, signer=node, protected=outer)
    if len(sealed) > MAX_ENVELOPE:
        raise TooLarge
    return SealedBytes(sealed)
