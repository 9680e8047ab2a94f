"""The key file: private keys at rest, sealed with a passphrase.

A file is the deterministic CBOR array [header, ciphertext]. The header, a byte string, is a map
of the format's name, the salt, the cost of Argon2id and the nonce; it is the associated data of
AES-256-GCM, so every byte of the file is authenticated. The plaintext is an array of
[role, algorithm, seed, creation in seconds]. Source: RFC 9106 (Argon2id), NIST SP 800-38D.

Invariants: costs below our minimum, and above what could exhaust a machine, are refused before
any work; the wrong passphrase and an altered file are one and the same fault.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from mithaq.core import cbor
from mithaq.core.clock import from_seconds, to_seconds
from mithaq.core.cose import Algorithm, BadKey
from mithaq.core.keys.errors import Unreadable, WeakPassphrase
from mithaq.core.keys.private import PrivateKey
from mithaq.core.keys.roles import ALGORITHMS, HeldKey, KeyRole

FORMAT = "mithaq/keyfile/v1"
MEMORY = 65536  # KiB: what we write, and the least we read
ITERATIONS = 3
LANES = 4
MOST_MEMORY = 1 << 20  # KiB: 1 GiB; beyond it a forged file could exhaust the machine
MOST_ITERATIONS = 16
MOST_LANES = 16
LEAST_PASSPHRASE = 12  # code points
SALT_SIZE = 16  # bytes
_NONCE_SIZE = 12  # bytes
_KEY_SIZE = 32  # bytes

_NAME, _SALT, _MEMORY, _ITERATIONS, _LANES, _NONCE = range(1, 7)  # labels of the header


# OpenSSL gives the lanes of Argon2id threads from one pool; two derivations in two threads of a
# process can each hold a part of it and wait for the other for ever (seen with cryptography 50).
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    salt: bytes
    memory: int
    iterations: int
    lanes: int
    nonce: bytes

    def to_bytes(self) -> bytes:
        return cbor.encode(
            {
                _NAME: FORMAT,
                _SALT: self.salt,
                _MEMORY: self.memory,
                _ITERATIONS: self.iterations,
                _LANES: self.lanes,
                _NONCE: self.nonce,
            }
        )

    def cipher(self, passphrase: str) -> AESGCM:
        kdf = Argon2id(
            salt=self.salt,
            length=_KEY_SIZE,
            iterations=self.iterations,
            lanes=self.lanes,
            memory_cost=self.memory,
        )
        with _ONE_AT_A_TIME:
            return AESGCM(kdf.derive(passphrase.encode()))


def seal(keys: Sequence[HeldKey], passphrase: str) -> bytes:
    """Return the key file of `keys`.

    Raises:
        WeakPassphrase: `passphrase` is shorter than 12 code points.
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise WeakPassphrase
    header = _Header(
        salt=os.urandom(SALT_SIZE),
        memory=MEMORY,
        iterations=ITERATIONS,
        lanes=LANES,
        nonce=os.urandom(_NONCE_SIZE),
    )
    raw = header.to_bytes()
    plaintext = cbor.encode(
        [[held.role, held.key.alg, held.key.seed, to_seconds(held.created_at)] for held in keys]
    )
    ciphertext = header.cipher(passphrase).encrypt(header.nonce, plaintext, raw)
    return cbor.encode([raw, ciphertext])


def open_(data: bytes, passphrase: str) -> tuple[HeldKey, ...]:
    """Return the keys of the key file `data`.

    1. The file is in its one form and of this format.
    2. The cost of Argon2id is within our bounds, before any of it is paid.
    3. Header and content are authentic under the passphrase.
    4. Each key is of an algorithm that its role uses.

    Raises:
        Unreadable: one of these does not hold.
    """
    try:
        raw, ciphertext = _split(cbor.decode(data))
        header = _read_header(raw)
        plaintext = header.cipher(passphrase).decrypt(header.nonce, ciphertext, raw)
        entries = cbor.decode(plaintext)
    except (cbor.Malformed, InvalidTag, UnicodeEncodeError) as fault:
        raise Unreadable from fault
    if not isinstance(entries, list):
        raise Unreadable
    return tuple(_read_key(entry) for entry in entries)


def _split(value: cbor.Value) -> tuple[bytes, bytes]:
    match value:
        case [bytes() as raw, bytes() as ciphertext]:
            return raw, ciphertext
        case _:
            raise Unreadable("not a key file")


def _read_header(raw: bytes) -> _Header:
    fields = cbor.Fields(cbor.decode(raw), fault=Unreadable)
    if fields.text(_NAME) != FORMAT:
        raise Unreadable("not a key file of this format")
    header = _Header(
        salt=fields.octets(_SALT, size=SALT_SIZE),
        memory=fields.integer(_MEMORY, least=MEMORY, most=MOST_MEMORY),
        iterations=fields.integer(_ITERATIONS, least=ITERATIONS, most=MOST_ITERATIONS),
        lanes=fields.integer(_LANES, least=LANES, most=MOST_LANES),
        nonce=fields.octets(_NONCE, size=_NONCE_SIZE),
    )
    fields.close()
    return header


def _read_key(entry: cbor.Value) -> HeldKey:
    match entry:
        case [str() as role, int() as alg, bytes() as seed, int() as created]:
            return _make_key(role=role, alg=alg, seed=seed, created=created)
        case _:
            raise Unreadable("an entry is not a key")


def _make_key(*, role: str, alg: int, seed: bytes, created: int) -> HeldKey:
    try:
        purpose, algorithm = KeyRole(role), Algorithm(alg)
        key = PrivateKey(alg=algorithm, seed=seed)
        created_at = from_seconds(created)
    except (ValueError, BadKey) as fault:
        raise Unreadable("an entry is not a key") from fault
    if algorithm not in ALGORITHMS[purpose]:
        raise Unreadable("a key is of an algorithm that its role does not use")
    return HeldKey(role=purpose, key=key, created_at=created_at)
