"""Public keys, and what signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from mithaq.core import cbor
from mithaq.core.cose.algorithms import PUBLIC_SIZE, SIGNATURE_SIZE, Algorithm
from mithaq.core.cose.errors import BadKey, BadSignature, WrongAlgorithm
from mithaq.core.ids import KeyId

_Loaded: TypeAlias = Ed25519PublicKey | MLDSA65PublicKey | MLKEM768X25519PublicKey

_MLKEM_SIZE = 1184  # bytes, of the ML-KEM-768 part that comes first in an X-Wing key


class Signer(Protocol):
    """A private key, wherever it lives, that signs."""

    @property
    def kid(self) -> KeyId:
        """The thumbprint of the public key."""
        ...

    @property
    def alg(self) -> Algorithm:
        """The algorithm of the signatures."""
        ...

    @property
    def public(self) -> PublicKey:
        """The public key that verifies the signatures."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key in its raw form, parsed once.

    `kid` is the SHA-256 of the deterministic CBOR array [alg, raw].

    Raises:
        BadKey: `raw` is not a key of `alg`, or `alg` has no public keys.
    """

    alg: Algorithm
    raw: bytes = field(repr=False)
    kid: KeyId = field(init=False, compare=False)
    _loaded: _Loaded = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.raw) != PUBLIC_SIZE.get(self.alg, -1):
            raise BadKey("not the size of a public key of that algorithm")
        try:
            loaded = _load(self.alg, self.raw)
        except ValueError as fault:
            raise BadKey from fault
        object.__setattr__(self, "_loaded", loaded)
        thumbprint = sha256(cbor.encode([self.alg, self.raw])).digest()
        object.__setattr__(self, "kid", KeyId(thumbprint))

    def verify(self, signature: bytes, data: bytes) -> None:
        """Return if `signature` over `data` was made with this key.

        Raises:
            BadSignature: it was not.
            WrongAlgorithm: this key does not sign.
        """
        if isinstance(self._loaded, MLKEM768X25519PublicKey):
            raise WrongAlgorithm("a sealing key signs nothing")
        if len(signature) != SIGNATURE_SIZE[self.alg]:
            raise BadSignature
        try:
            self._loaded.verify(signature, data)
        except (InvalidSignature, ValueError) as fault:
            raise BadSignature from fault

    def sealing_key(self) -> MLKEM768X25519PublicKey:
        """Return the key object that HPKE takes.

        Raises:
            WrongAlgorithm: this key does not seal.
        """
        if not isinstance(self._loaded, MLKEM768X25519PublicKey):
            raise WrongAlgorithm("a signing key seals nothing")
        return self._loaded


def _load(alg: Algorithm, raw: bytes) -> _Loaded:
    if alg is Algorithm.ED25519:
        return Ed25519PublicKey.from_public_bytes(raw)
    if alg is Algorithm.ML_DSA_65:
        return MLDSA65PublicKey.from_public_bytes(raw)
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_SIZE]),
        X25519PublicKey.from_public_bytes(raw[_MLKEM_SIZE:]),
    )
