"""A guard that keeps tests on this machine.

It listens to the interpreter's own audit events, so whoever opens the socket is seen. (The driver
of PostgreSQL connects in C and is not seen; where it goes is the choice of who starts the tests.)
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Mapping

WATCHED = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0}  # where the host is
HERE = {"localhost", "", None}


class LeftTheMachine(RuntimeError):
    """A test tried to reach another machine."""


def block() -> None:
    """Refuse, from now to the end of the process, every address outside of this machine."""
    if LeftTheMachine not in _installed:
        _installed.append(LeftTheMachine)
        sys.addaudithook(_watch)


_installed: list[type[LeftTheMachine]] = []


def _watch(event: str, arguments: tuple[object, ...], watched: Mapping[str, int] = WATCHED) -> None:
    # The table is bound here: at the end of the process this module is emptied before the hook goes.
    place = watched.get(event)
    if place is None:
        return
    target = arguments[place]
    if isinstance(target, tuple):
        target = target[0]
    elif event != "socket.getaddrinfo":
        return  # a Unix socket: its address is a path
    if isinstance(target, bytes):
        target = target.decode("ascii", errors="replace")
    if not _is_here(target):
        raise LeftTheMachine(f"{event} to {target}: tests stay on this machine")


def _is_here(host: object) -> bool:
    if host in HERE:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False
