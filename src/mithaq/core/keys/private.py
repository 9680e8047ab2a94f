"""A private key: a 32-byte seed, and what grows from it.

The seed of X-Wing is expanded with SHAKE256 into the 64-byte seed of ML-KEM-768 and the
32-byte scalar of X25519. Source: draft-connolly-cfrg-xwing-kem, section 5.2; FIPS 203 and 204
for the seeds of ML-KEM and ML-DSA; RFC 8032 for Ed25519.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from hashlib import shake_256
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from mithaq.core.cose import Algorithm, BadKey, PublicKey, WrongAlgorithm, hpke
from mithaq.core.cose.algorithms import SEED_SIZE
from mithaq.core.ids import KeyId

_Loaded: TypeAlias = Ed25519PrivateKey | MLDSA65PrivateKey | MLKEM768X25519PrivateKey

_MLKEM_SEED_SIZE = 64  # bytes
_EXPANDED_SIZE = 96  # bytes: the ML-KEM seed, then the X25519 scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A private key in memory; it is a `Signer` when its algorithm signs.

    Raises:
        BadKey: `seed` is not 32 bytes, or `alg` has no private keys.
    """

    alg: Algorithm
    seed: bytes = field(repr=False)
    public: PublicKey = field(init=False, compare=False)
    _loaded: _Loaded = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_SIZE:
            raise BadKey("a seed has 32 bytes")
        loaded, raw = _load(self.alg, self.seed)
        object.__setattr__(self, "_loaded", loaded)
        object.__setattr__(self, "public", PublicKey(alg=self.alg, raw=raw))

    @property
    def kid(self) -> KeyId:
        """The thumbprint of the public key."""
        return self.public.kid

    def sign(self, data: bytes) -> bytes:
        """Return the signature over `data`.

        Raises:
            WrongAlgorithm: this key does not sign.
        """
        if isinstance(self._loaded, MLKEM768X25519PrivateKey):
            raise WrongAlgorithm("a sealing key signs nothing")
        return self._loaded.sign(data)

    def unseal(self, *, sealed: bytes, info: bytes) -> bytes:
        """Return what was sealed for this key with `info`.

        Raises:
            CannotDecrypt: it was not, or was altered.
            WrongAlgorithm: this key does not unseal.
        """
        if not isinstance(self._loaded, MLKEM768X25519PrivateKey):
            raise WrongAlgorithm("a signing key unseals nothing")
        return hpke.open_(sealed=sealed, key=self._loaded, info=info)


def generate(alg: Algorithm) -> PrivateKey:
    """Return a new private key from the operating system's randomness.

    Raises:
        BadKey: `alg` has no private keys.
    """
    return PrivateKey(alg=alg, seed=os.urandom(SEED_SIZE))


def _load(alg: Algorithm, seed: bytes) -> tuple[_Loaded, bytes]:
    match alg:
        case Algorithm.ED25519:
            signing = Ed25519PrivateKey.from_private_bytes(seed)
            return signing, signing.public_key().public_bytes_raw()
        case Algorithm.ML_DSA_65:
            lattice = MLDSA65PrivateKey.from_seed_bytes(seed)
            return lattice, lattice.public_key().public_bytes_raw()
        case Algorithm.XWING:
            return _load_xwing(seed)
        case Algorithm.A256GCM:  # pragma: no branch - the last algorithm there is
            raise BadKey("content keys are not kept")


def _load_xwing(seed: bytes) -> tuple[MLKEM768X25519PrivateKey, bytes]:
    expanded = shake_256(seed).digest(_EXPANDED_SIZE)
    lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE])
    curve = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:])
    raw = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
    return MLKEM768X25519PrivateKey(lattice, curve), raw
