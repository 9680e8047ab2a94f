"""Where the socket of a cluster is, and who answers there.

Written by the one who starts the cluster, read by everyone who connects.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
import stat
from dataclasses import dataclass

from mithaq.site.postgres.faults import NotOurs
from mithaq.site.postgres.isolation import Isolation

PORT = 5432  # only part of the socket's name; nothing listens on the network
ROLE = "mithaq"  # owns the database of that name; no superuser
SUPERUSER = "postgres"
SOCKET_LIMIT = 107  # bytes of a socket's path, <sys/un.h>
SHELF = pathlib.Path("/var/lib/mithaq")  # where data goes when another account runs PostgreSQL
ADDRESS_FILE = "address.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How a client reaches a cluster: the socket's folder and the account behind it."""

    socket: str
    server: str

    def parameters(self, *, database: str = ROLE, user: str = ROLE) -> dict[str, str | int]:
        """Return the parameters of libpq for a connection."""
        found: dict[str, str | int] = {
            "host": self.socket,
            "port": PORT,
            "user": user,
            "dbname": database,
        }
        return found | ({"requirepeer": self.server} if self.server else {})


def read(folder: pathlib.Path) -> Address:
    """Return the address written in `folder`, or the one a first start will most likely take."""
    try:
        fields = json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Address(socket=str(folder / "socket"), server="")
    return Address(socket=str(fields["socket"]), server=str(fields["server"]))


def write(folder: pathlib.Path, address: Address) -> None:
    """Put `address` into `folder`, whole or not at all."""
    partial = folder / f"{ADDRESS_FILE}.{os.getpid()}"
    partial.write_text(json.dumps(dataclasses.asdict(address)), encoding="utf-8")
    partial.replace(folder / ADDRESS_FILE)


def home(folder: pathlib.Path, isolation: Isolation) -> pathlib.Path:
    """Return the folder, 0700 and the server's own, in which data and socket live."""
    if isolation.account is None:
        return private(folder, owner=isolation.owner)
    SHELF.mkdir(mode=0o755, parents=True, exist_ok=True)
    chosen = private(SHELF / _digest(folder), owner=os.geteuid(), may_be=isolation.owner)
    os.chown(chosen, isolation.account.pw_uid, isolation.account.pw_gid)
    return chosen


def socket_folder(home: pathlib.Path, isolation: Isolation) -> pathlib.Path:
    """Return the folder of the socket: in `home`, or under /tmp if that path is too long."""
    chosen = home / "socket"
    longest = len(os.fsencode(chosen / f".s.PGSQL.{PORT}"))
    if longest > SOCKET_LIMIT:
        chosen = pathlib.Path("/tmp") / f"mithaq-{os.geteuid()}-{_digest(home)}"  # noqa: S108 - checked to be ours
    private(chosen, owner=os.geteuid(), may_be=isolation.owner)
    if isolation.account is not None:
        os.chown(chosen, isolation.account.pw_uid, isolation.account.pw_gid)
    return chosen


def private(folder: pathlib.Path, *, owner: int, may_be: int | None = None) -> pathlib.Path:
    """Return `folder`, made if absent, certain to be a 0700 folder of `owner` (or of `may_be`).

    Raises:
        NotOurs: someone else made it, or it is open to others, or it is a link.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, may_be}:
        raise NotOurs(f"{folder} is not a folder of the user who starts PostgreSQL")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise NotOurs(f"{folder} is open to other users; its mode must be 0700")
    return folder


def _digest(folder: pathlib.Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
