"""As whom PostgreSQL runs, and by which names server and clients then know each other.

PostgreSQL refuses to run as root. In order of preference:

1. an ordinary user runs it as they are;
2. root, or a user whom the machine has no name for, runs it in a user namespace (shim.py);
3. root, where namespaces are refused (many containers), runs it under an unprivileged account,
   with the data outside of the node's folder.

Authentication is always `peer`: the kernel tells who is at the other end of the socket. The name
differs by case, so it is found here and written into pg_ident.conf; the client asks for the name
of the server's account likewise (`requirepeer`), so a stranger's socket is not spoken to.
"""

from __future__ import annotations

import os
import pathlib
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from mithaq.site.postgres import shim
from mithaq.site.postgres.faults import NoNamespace

ACCOUNTS = ("postgres", "nobody")  # unprivileged accounts to run under, best first
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}  # nothing of the caller's
OVERFLOW_UID = 65534  # how a namespace shows everyone it has no number for
_STARTED: list[subprocess.Popen[bytes]] = []  # servers outlive the objects that started them


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """How to start PostgreSQL's programs.

    `client` is the name that the server sees for us, `server` the name that we see for it (empty
    where the machine has no name). `account` is the account to change to, or None.
    """

    prefix: tuple[str, ...] = ()
    client: str
    server: str
    account: pwd.struct_passwd | None = None

    def command(self, words: Sequence[str | pathlib.Path]) -> list[str]:
        """Return the full command line for the program and arguments in `words`."""
        return [*self.prefix, *(str(word) for word in words)]

    @property
    def owner(self) -> int:
        """The number of the account that owns the data."""
        return os.geteuid() if self.account is None else self.account.pw_uid

    def run(self, words: Sequence[str | pathlib.Path]) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end; its two outputs come back as one."""
        return subprocess.run(  # noqa: S603 - programs of the wheel, no shell
            self.command(words),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=ENVIRONMENT,
            **self._credentials(),
        )

    def spawn(
        self, words: Sequence[str | pathlib.Path], *, log: pathlib.Path
    ) -> subprocess.Popen[bytes]:
        """Start a program in its own process group, its output appended to the 0600 file `log`."""
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = subprocess.Popen(  # noqa: S603 - programs of the wheel, no shell
                self.command(words),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                cwd="/",
                env=ENVIRONMENT,
                **self._credentials(),
            )
        finally:
            os.close(descriptor)
        _STARTED.append(process)
        return process

    def _credentials(self) -> _Credentials:
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}


class _Credentials(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def choose() -> Isolation:
    """Return the first of the three ways that works on this machine.

    Raises:
        NoNamespace: none does.
    """
    if os.geteuid() != 0 and _own_name():
        return Isolation(client=_own_name(), server=_own_name())
    namespace = in_namespace()
    if _runs(namespace):
        return namespace
    if os.geteuid() == 0:
        return under_account()
    raise NoNamespace


def in_namespace() -> Isolation:
    """Return the way by a user namespace, in which we bear a named account's number.

    The number is never the overflow number, which stands for every stranger.
    """
    inner = next(
        entry for entry in pwd.getpwall() if 0 < entry.pw_uid < OVERFLOW_UID and entry.pw_gid
    )
    prefix = (
        sys.executable,
        *("-I", "-S", shim.__file__),
        *(str(inner.pw_uid), str(inner.pw_gid)),
    )
    return Isolation(prefix=prefix, client=inner.pw_name, server=_own_name())


def under_account() -> Isolation:
    """Return the way by an unprivileged account; only root can take it.

    Raises:
        NoNamespace: the machine has none of the accounts.
    """
    for name in ACCOUNTS:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return Isolation(client=_own_name() or "root", server=name, account=account)
    raise NoNamespace


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""


def _runs(isolation: Isolation) -> bool:
    return isolation.run([sys.executable, "-I", "-S", "-c", ""]).returncode == 0
