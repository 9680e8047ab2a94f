"""The COSE messages of the protocol: signed by one, signed by several, encrypted to one.

Implements the profile of RFC 9052 that docs/protocol/envelope.md describes: COSE_Sign1,
COSE_Sign and COSE_Encrypt, always tagged, in deterministic CBOR; Ed25519 (RFC 9864), ML-DSA-65
(RFC 9964), AES-256-GCM, and X-Wing by HPKE for the content key.

Invariants: every signature names its algorithm and key in its own protected header; header
parameters stand in protected headers except the two that encryption produces and the proof of
a receipt; `crit` is refused; a signature is checked over the bytes that were received, never
over bytes written anew.
"""

from __future__ import annotations

from mithaq.core.cose.algorithms import Algorithm
from mithaq.core.cose.encrypt import Encrypted, decrypt, encrypt, read_encrypt, unwrap_content_key
from mithaq.core.cose.errors import (
    BadKey,
    BadSignature,
    CannotDecrypt,
    Malformed,
    MissingSignature,
    UnexpectedSignature,
    WrongAlgorithm,
)
from mithaq.core.cose.headers import Header, Headers
from mithaq.core.cose.keys import PublicKey, Signer
from mithaq.core.cose.sign import (
    Signature,
    SignedMessage,
    add_signature,
    read_sign,
    sign,
    verify_all,
)
from mithaq.core.cose.sign1 import (
    Sign1,
    assemble,
    read_sign1,
    read_sign1_with_unprotected,
    sign1,
    sign1_detached,
    verify1,
)

__all__ = [
    "Algorithm",
    "BadKey",
    "BadSignature",
    "CannotDecrypt",
    "Encrypted",
    "Header",
    "Headers",
    "Malformed",
    "MissingSignature",
    "PublicKey",
    "Sign1",
    "Signature",
    "SignedMessage",
    "Signer",
    "UnexpectedSignature",
    "WrongAlgorithm",
    "add_signature",
    "assemble",
    "decrypt",
    "encrypt",
    "read_encrypt",
    "read_sign",
    "read_sign1",
    "read_sign1_with_unprotected",
    "sign",
    "sign1",
    "sign1_detached",
    "unwrap_content_key",
    "verify1",
    "verify_all",
]
