"""HPKE with X-Wing: ML-KEM-768 and X25519, SHAKE256, AES-256-GCM.

Source: RFC 9180; draft-ietf-hpke-pq; draft-connolly-cfrg-xwing-kem for the seed.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    Suite,
)

from mithaq.core.cose.errors import CannotDecrypt
from mithaq.core.cose.keys import PublicKey

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.SHAKE256, AEAD.AES_256_GCM)


def seal(*, plaintext: bytes, key: PublicKey, info: bytes) -> bytes:
    """Return `enc` followed by the ciphertext, for the holder of `key` and the same `info`.

    `info` is short: a document is bound by its hash.

    Raises:
        WrongAlgorithm: `key` is no sealing key.
    """
    return _SUITE.encrypt(plaintext, key.sealing_key(), info=info)


def open_(*, sealed: bytes, key: MLKEM768X25519PrivateKey, info: bytes) -> bytes:
    """Return what was sealed for `key` with `info`.

    Raises:
        CannotDecrypt: it was sealed for another key or with another `info`, or was altered.
    """
    try:
        return _SUITE.decrypt(sealed, key, info=info)
    except (InvalidTag, ValueError) as fault:
        raise CannotDecrypt from fault
