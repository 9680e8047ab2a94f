"""The mark: the last size and root that were signed, kept as a file outside the database.

A database that was restored from an old copy, or cut short, is smaller than its mark; nothing is
signed then. The file is replaced whole and reaches the disk before the caller goes on.
"""

from __future__ import annotations

import fcntl
import os
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mithaq.core.ids import Digest
from mithaq.core.journal.errors import BadNote, Inconsistent
from mithaq.core.journal.note import from_base64, to_base64

FILE_NAME = "journal-mark"
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The largest tree that was signed here. Before the first checkpoint there is none."""

    size: int
    root: Digest


def read_mark(folder: pathlib.Path) -> Mark | None:
    """Return the mark in `folder`, or None if no checkpoint was signed yet.

    Raises:
        Inconsistent: there is a file, but it is not a mark.
    """
    try:
        text = (folder / FILE_NAME).read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        raise Inconsistent("the mark of the journal cannot be read") from fault
    try:
        size, root = text.split()
        mark = Mark(size=int(size), root=Digest(from_base64(root)))
    except (ValueError, BadNote) as fault:
        raise Inconsistent("the mark of the journal is damaged") from fault
    if _to_text(mark) != text:
        raise Inconsistent("the mark of the journal is damaged")
    return mark


def advance_mark(folder: pathlib.Path, mark: Mark) -> None:
    """Write `mark` to `folder` unless a larger one stands there; return when it is on disk."""
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    with _locked(folder):
        held = read_mark(folder)
        if held is None or held.size < mark.size:
            _replace(folder, _to_text(mark).encode("ascii"))


def _to_text(mark: Mark) -> str:
    return f"{mark.size} {to_base64(mark.root)}\n"


@contextmanager
def _locked(folder: pathlib.Path) -> Iterator[None]:
    descriptor = os.open(folder / f"{FILE_NAME}.lock", os.O_RDWR | os.O_CREAT, _FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(folder: pathlib.Path, data: bytes) -> None:
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


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE_MODE)
