"""The algorithms of the protocol, by their COSE numbers, and the sizes they fix."""

from __future__ import annotations

from enum import IntEnum


class Algorithm(IntEnum):
    """A COSE algorithm identifier.

    XWING is the suite that the drafts call HPKE-9 (ML-KEM-768 with X25519, SHAKE256,
    AES-256-GCM). Its number is of the private-use range until one is registered.
    """

    ED25519 = -19  # RFC 9864
    ML_DSA_65 = -49  # RFC 9964
    XWING = -70010
    A256GCM = 3  # RFC 9053


PUBLIC_SIZE = {  # bytes
    Algorithm.ED25519: 32,
    Algorithm.ML_DSA_65: 1952,
    Algorithm.XWING: 1216,  # ML-KEM-768 1184, then X25519 32
}
SIGNATURE_SIZE = {Algorithm.ED25519: 64, Algorithm.ML_DSA_65: 3309}  # bytes
SEED_SIZE = 32  # bytes, of every private key
CONTENT_KEY_SIZE = 32  # bytes
NONCE_SIZE = 12  # bytes, AES-GCM
TAG_SIZE = 16  # bytes, AES-GCM
ENCAPSULATED_SIZE = 1120  # bytes, X-Wing: ML-KEM-768 1088, then X25519 32
WRAPPED_SIZE = CONTENT_KEY_SIZE + TAG_SIZE  # bytes
