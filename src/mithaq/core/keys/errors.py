"""Faults of key files and key stores."""

from __future__ import annotations

from mithaq.core.errors import MithaqError


class Unreadable(MithaqError):
    """A key file does not open: wrong passphrase, altered, or weaker than allowed."""

    code = "keys.unreadable"


class WeakPassphrase(MithaqError):
    """A passphrase is too short to protect keys."""

    code = "keys.weak_passphrase"


class KeyNotHeld(MithaqError):
    """The key store does not hold that key."""

    code = "keys.not_held"
