"""Who the members are and which keys speak for them: signed descriptors and the keyring.

Implements docs/protocol/directory.md. Invariants: a descriptor is taken only under a pinned
fingerprint or as the successor of one that was; no key is found but through the keyring, for a
bureau, a role and an instant.
"""

from __future__ import annotations

from mithaq.core.directory.descriptor import Contact, Descriptor, MemberKey
from mithaq.core.directory.errors import (
    DirectoryError,
    KeyExpired,
    MalformedDescriptor,
    Stale,
    UnknownSender,
    Untrusted,
)
from mithaq.core.directory.keyring import Keyring
from mithaq.core.directory.signed import (
    Fingerprint,
    fingerprint,
    grouped,
    parse_fingerprint,
    read_descriptor,
    sign_descriptor,
    trusted_descriptor,
)

__all__ = [
    "Contact",
    "Descriptor",
    "DirectoryError",
    "Fingerprint",
    "KeyExpired",
    "Keyring",
    "MalformedDescriptor",
    "MemberKey",
    "Stale",
    "UnknownSender",
    "Untrusted",
    "fingerprint",
    "grouped",
    "parse_fingerprint",
    "read_descriptor",
    "sign_descriptor",
    "trusted_descriptor",
]
