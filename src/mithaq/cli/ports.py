"""Ports of this machine: is one free, and if not, who has it."""

from __future__ import annotations

import contextlib
import pathlib
import socket
from collections.abc import Iterable, Iterator

from mithaq.core.errors import MithaqError

LISTENING = "0A"  # state of a socket in /proc/net/tcp
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
STEP = 10  # between the first ports that are tried
HIGHEST = 65_000


class PortInUse(MithaqError):
    """A port that Mithaq needs is used by another program; end it or choose other ports."""

    code = "node.port_in_use"


def is_free(port: int) -> bool:
    """Return whether a server could listen on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def check_free(ports: Iterable[int]) -> None:
    """Do nothing if all `ports` are free.

    Raises:
        PortInUse: one is not; the text names it and, where that can be found, its program.
    """
    for port in ports:
        if not is_free(port):
            raise PortInUse(f"port {port} is used by {holder(port)}")


def first_free(*, base: int, count: int) -> int:
    """Return the first of base, base + 10, … from which `count` ports in a row are free.

    Raises:
        PortInUse: there is none.
    """
    for first in range(base, HIGHEST, STEP):
        if all(is_free(port) for port in range(first, first + count)):
            return first
    raise PortInUse(f"no {count} free ports in a row from {base} on")


def holder(port: int) -> str:
    """Return name and number of the process that listens on `port`, as far as we may see."""
    inodes = set(_inodes(port))
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        if inodes & set(_open_files(folder)):
            name = (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
            return f"{name} (process {folder.name})"
    return "a program of another user"


def _open_files(process: pathlib.Path) -> Iterator[str]:
    with contextlib.suppress(OSError):  # ended meanwhile, or another user's
        for link in (process / "fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                yield str(link.readlink())


def _inodes(port: int) -> list[str]:
    found = []
    for table in TABLES:
        lines = pathlib.Path(table).read_text(encoding="ascii").splitlines()[1:]
        rows = (line.split() for line in lines)
        found += [
            f"socket:[{row[9]}]"
            for row in rows
            if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port
        ]
    return found
