"""Why a descriptor or a key is not taken."""

from __future__ import annotations

from typing import ClassVar

from mithaq.core.errors import MithaqError


class DirectoryError(MithaqError):
    """Base of every fault of the directory."""


class MalformedDescriptor(DirectoryError):
    """The bytes, or the fields, are not those of a descriptor."""

    code: ClassVar[str] = "directory.malformed"


class Untrusted(DirectoryError):
    """A descriptor is not signed by the keys that have to sign it."""

    code: ClassVar[str] = "directory.untrusted"


class Stale(DirectoryError):
    """A descriptor is not in force at that time, or is older than the one known."""

    code: ClassVar[str] = "directory.stale"


class UnknownSender(DirectoryError):
    """The directory has no such member, or the member no such key."""

    code: ClassVar[str] = "envelope.unknown_sender"


class KeyExpired(DirectoryError):
    """The key was not in force at that time."""

    code: ClassVar[str] = "envelope.key_expired"
