"""The mark: the last size and root that were signed, kept as a file outside the database.

A database that was restored from an old copy, or cut short, is smaller than its mark; nothing is
signed then. The file has two slots of one line each, written in turn, each with a checksum: a
write that a failing machine tore leaves the mark before it. A mark is on the disk before the
caller goes on.
"""

from __future__ import annotations

import fcntl
import os
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from mithaq.core.ids import Digest
from mithaq.core.journal.errors import BadNote, Inconsistent
from mithaq.core.journal.note import from_base64, to_base64

FILE_NAME = "journal-mark"
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_CHECKSUM = 16  # hexadecimal digits, against torn writes
_SLOT = 19 + 1 + 44 + 1 + _CHECKSUM + 1  # bytes: size, root in base64, checksum
_EMPTY = b"-" * (_SLOT - 1) + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The largest tree that was signed here. Before the first checkpoint there is none."""

    size: int
    root: Digest


def read_mark(folder: pathlib.Path) -> Mark | None:
    """Return the mark in `folder`, or None if no checkpoint was signed yet.

    Raises:
        Inconsistent: there is a file, but no slot of it holds a mark.
    """
    slots = _read_slots(folder)
    return None if slots is None else _largest(slots)


def advance_mark(folder: pathlib.Path, mark: Mark) -> None:
    """Write `mark` to `folder` unless a larger one stands there; return when it is on disk.

    Raises:
        Inconsistent: there is a file, but no slot of it holds a mark.
    """
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    with _locked(folder):
        slots = _read_slots(folder)
        if slots is None:
            _create(folder, _to_line(mark) + _EMPTY)
            return
        held = _largest(slots)
        if held.size < mark.size:
            _overwrite(folder, _to_line(mark), slot=1 - slots.index(held))


def _to_line(mark: Mark) -> bytes:
    text = f"{mark.size:019d} {to_base64(mark.root)}"
    return f"{text} {sha256(text.encode()).hexdigest()[:_CHECKSUM]}\n".encode("ascii")


def _read_slots(folder: pathlib.Path) -> list[Mark | None] | None:
    try:
        data = (folder / FILE_NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise Inconsistent("the mark of the journal cannot be read") from fault
    return [_parse(data[:_SLOT]), _parse(data[_SLOT:])]


def _parse(line: bytes) -> Mark | None:
    """Return the mark that `line` holds, or None if it is empty, torn or altered."""
    try:
        size, root, _ = line.decode("ascii").split(" ")
        mark = Mark(size=int(size), root=Digest(from_base64(root)))
    except (ValueError, BadNote):
        return None
    return mark if _to_line(mark) == line else None


def _largest(slots: list[Mark | None]) -> Mark:
    found = [mark for mark in slots if mark is not None]
    if not found:
        raise Inconsistent("the mark of the journal is damaged")
    return max(found, key=lambda mark: mark.size)


@contextmanager
def _locked(folder: pathlib.Path) -> Iterator[None]:
    descriptor = os.open(folder / f"{FILE_NAME}.lock", os.O_RDWR | os.O_CREAT, _FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _create(folder: pathlib.Path, data: bytes) -> None:
    partial = folder / f"{FILE_NAME}.new"
    with open(partial, "wb", opener=_private) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / FILE_NAME)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _overwrite(folder: pathlib.Path, line: bytes, *, slot: int) -> None:
    descriptor = os.open(folder / FILE_NAME, os.O_WRONLY)
    try:
        os.pwrite(descriptor, line, slot * _SLOT)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE_MODE)
