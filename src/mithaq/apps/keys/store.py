"""The key file of this node and its passphrase, both in the folder of secrets."""

from __future__ import annotations

import os
import pathlib
import stat
from collections.abc import Sequence

from django.conf import settings

from mithaq.core.errors import MithaqError
from mithaq.core.keys import HeldKey, keyfile

KEY_FILE = "keys"
PASSPHRASE = "passphrase"  # noqa: S105 - the name of a file, not what it holds
MODE = 0o600


class KeysMissing(MithaqError):
    """This node has no key file, or no passphrase to open it with."""

    code = "keys.missing"


class KeysUnsafe(MithaqError):
    """Other users of the machine can read the key file or its passphrase; the mode must be 0600."""

    code = "keys.unsafe"


class KeysPresent(MithaqError):
    """This node has a key file already; it is never overwritten by new keys."""

    code = "keys.present"


def path() -> pathlib.Path:
    """Return where the key file stands."""
    return pathlib.Path(settings.MITHAQ_SECRETS) / KEY_FILE


def read() -> tuple[HeldKey, ...]:
    """Return the keys of this node.

    Raises:
        KeysMissing: no file, or no passphrase.
        KeysUnsafe: other users can read one of them.
        Unreadable: wrong passphrase, or an altered file.
    """
    return keyfile.open_(_read(path()), _passphrase())


def write(keys: Sequence[HeldKey]) -> None:
    """Replace the key file by one of `keys`; a crash leaves the old file or the new, whole."""
    data = keyfile.seal(keys, _passphrase())
    temporary = path().with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path())
    folder = os.open(path().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def stamp() -> tuple[str, int, int]:
    """Return what changes when the key file does: its path, time of change (ns) and inode."""
    try:
        facts = path().stat()
    except OSError as fault:
        raise KeysMissing("there is no key file") from fault
    return str(path()), facts.st_mtime_ns, facts.st_ino


def _passphrase() -> str:
    return _read(path().parent / PASSPHRASE).decode("utf-8").rstrip("\n")


def _read(place: pathlib.Path) -> bytes:
    """Return what a secret file holds, unless other users can read it as well."""
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
        data = place.read_bytes()
    except OSError as fault:
        raise KeysMissing(f"{place.name} cannot be read") from fault
    if mode & ~MODE:
        raise KeysUnsafe(f"{place.name} has mode {mode:04o}")
    return data
