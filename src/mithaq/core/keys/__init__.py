"""Private keys: what they are for, how they are kept, what they do.

A private key is a 32-byte seed and nothing else, for every algorithm. Seeds live in a key file
that Argon2id and AES-256-GCM seal with a passphrase; at run time a `KeyStore` holds them and
hands out signers. Nothing here prints a seed.
"""

from __future__ import annotations

from mithaq.core.keys import keyfile
from mithaq.core.keys.errors import KeyNotHeld, Unreadable, WeakPassphrase
from mithaq.core.keys.private import PrivateKey, generate
from mithaq.core.keys.roles import ALGORITHMS, HeldKey, KeyRole, generate_all
from mithaq.core.keys.store import KeyStore, MemoryKeyStore

__all__ = [
    "ALGORITHMS",
    "HeldKey",
    "KeyNotHeld",
    "KeyRole",
    "KeyStore",
    "MemoryKeyStore",
    "PrivateKey",
    "Unreadable",
    "WeakPassphrase",
    "generate",
    "generate_all",
    "keyfile",
]
