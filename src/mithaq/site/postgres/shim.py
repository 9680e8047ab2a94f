"""A program that enters a user namespace of its own and becomes the command it is given.

    python -I -S shim.py UID GID COMMAND [ARGUMENT ...]

UID and GID are the numbers that the caller's own account has inside. PostgreSQL refuses to run as
root; inside it is not root, and it holds no capability, while its files stay the caller's. Every
other account of the machine is seen from inside as the overflow account.

It stands alone, on the standard library, because it runs before anything else is loaded.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import sys

CLONE_NEWUSER = 0x10000000  # <linux/sched.h>


def enter(*, uid: int, gid: int) -> None:
    """Move this process into a new user namespace in which the caller is `uid` and `gid`.

    Raises:
        OSError: the kernel does not allow it.
    """
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    own = pathlib.Path("/proc/self")
    (own / "setgroups").write_text("deny", encoding="ascii")
    (own / "uid_map").write_text(f"{uid} {outer_uid} 1", encoding="ascii")
    (own / "gid_map").write_text(f"{gid} {outer_gid} 1", encoding="ascii")


def main(arguments: list[str]) -> None:
    """Enter the namespace, then become the command; exit 126 if the kernel refuses."""
    uid, gid, *command = arguments
    try:
        enter(uid=int(uid), gid=int(gid))
    except OSError as fault:
        sys.stderr.write(f"user namespace refused: {fault}\n")
        sys.exit(126)
    os.execv(command[0], command)  # noqa: S606 - the command is ours, built without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
