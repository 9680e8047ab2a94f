"""Start and stop the private PostgreSQL of a node.

Invariants: nothing listens on the network; the socket stands in a 0700 folder; authentication is
`peer`, never `trust`; commits are durable; statements and their values are not written to the log.
A half-made cluster is never found: initdb works beside the final place and is moved there whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from mithaq.site.postgres import address, binaries
from mithaq.site.postgres.address import ROLE, SUPERUSER, Address
from mithaq.site.postgres.faults import DiskFull, NotOurs, NotStarted, NotStopped, WrongVersion
from mithaq.site.postgres.isolation import Isolation, choose

SPACE_NEEDED = 256 * 1024 * 1024  # bytes: a new cluster is 40 MB, its write-ahead log grows
START_TIMEOUT = 60.0  # seconds, recovery after a crash included
STOP_TIMEOUT = 30.0  # seconds
POLL = 0.01  # seconds
LOG_TAIL = 800  # characters of the log that a fault repeats

SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "io_method": "sync",  # no I/O worker processes beside three clusters on a small machine
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Values of statements are personal data; they have no place in a log.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
INITDB = (
    *("-U", SUPERUSER, "-A", "peer", "-E", "UTF8", "--no-instructions"),
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
STATUS_LINE = 7  # of postmaster.pid, counted from 0
HAS_ROLE = "SELECT 1 FROM pg_roles WHERE rolname = %s"
HAS_DATABASE = "SELECT 1 FROM pg_database WHERE datname = %s"
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """One PostgreSQL cluster in `folder`.

    `durable=False` is for tests only: a crash of the machine would then lose the cluster.
    """

    def __init__(
        self, folder: pathlib.Path, *, isolation: Isolation | None = None, durable: bool = True
    ) -> None:
        self.folder = folder.absolute()
        self._durable = durable
        self._isolation = isolation or choose()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> pathlib.Path:
        """The server's log."""
        return self.folder / "server.log"

    def start(self) -> Address:
        """Make the cluster if it is new, start it if it stands still, and return its address.

        Raises:
            DiskFull, NotOurs, NotStarted, WrongVersion: as their names say.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home = address.home(self.folder, self._isolation)
        socket = address.socket_folder(home, self._isolation)
        found = Address(socket=str(socket), server=self._isolation.server)
        with _locked(self.folder / "lock"):
            if self.pid() is None:
                self._check_space(home)
                programs = binaries.reachable(isolation=self._isolation, shelf=address.SHELF)
                self._make(programs)
                self._launch(programs, socket)
            address.write(self.folder, found)
            _make_database(found)
        return found

    def stop(self) -> None:
        """Stop the server, ending what is under way; do nothing if it stands still.

        Raises:
            NotStopped: it did not end in time.
        """
        for order in (signal.SIGINT, signal.SIGQUIT):
            pid = self.pid()
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, order)
            if self._ended_in_time():
                return
        raise NotStopped

    def remove(self) -> None:
        """Stop the server and delete the cluster, wherever its data is."""
        self.stop()
        home = address.home(self.folder, self._isolation)
        for place in {address.socket_folder(home, self._isolation), home, self.folder}:
            shutil.rmtree(place, ignore_errors=place != self.folder)  # they stand in each other

    def pid(self) -> int | None:
        """Return the process of the running server, or None.

        A number left behind by a crash may by now be that of a stranger, so the process must also
        have our data folder as its working folder.
        """
        if self._process is not None:
            self._process.poll()  # so that an ended child is no zombie
        try:
            number = int(self._status()[0])
        except (OSError, ValueError, IndexError):
            return None
        working = _working_folder(pathlib.Path(f"/proc/{number}"))
        return number if working == self._data.resolve() else None

    @property
    def _data(self) -> pathlib.Path:
        return address.home(self.folder, self._isolation) / "data"

    def _status(self) -> list[str]:
        return (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()

    def _check_space(self, home: pathlib.Path) -> None:
        free = shutil.disk_usage(home).free
        if free < SPACE_NEEDED:
            needed = SPACE_NEEDED >> 20
            raise DiskFull(f"{free >> 20} MiB are free in {home}; {needed} MiB are needed")

    def _make(self, programs: pathlib.Path) -> None:
        if self._data.exists():
            self._check_data()
        else:
            self._initialise(programs)
        client = self._isolation.client
        self._write("pg_hba.conf", "local all all peer map=mithaq\n")
        self._write("pg_ident.conf", f"mithaq {client} {ROLE}\nmithaq {client} {SUPERUSER}\n")
        self._wait_for_orphans()
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # nobody is left: see above

    def _check_data(self) -> None:
        if self._data.stat().st_uid != self._isolation.owner:
            raise NotOurs(f"{self._data} was made by another user")
        version = (self._data / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != binaries.MAJOR:
            raise WrongVersion(f"the data is of PostgreSQL {version}, not {binaries.MAJOR}")

    def _initialise(self, programs: pathlib.Path) -> None:
        partial = self._data.with_name("data.partial")
        shutil.rmtree(partial, ignore_errors=True)
        haste = () if self._durable else ("--no-sync",)
        done = self._isolation.run([programs / "initdb", "-D", partial, *INITDB, *haste])
        if done.returncode != 0:
            raise NotStarted(done.stdout.decode(errors="replace")[-LOG_TAIL:])
        partial.rename(self._data)

    def _write(self, name: str, text: str) -> None:
        path = self._data / name
        path.write_text(text, encoding="utf-8")  # keeps owner and mode of the file initdb made

    def _launch(self, programs: pathlib.Path, socket: pathlib.Path) -> None:
        for left in socket.glob(".s.PGSQL.*"):  # of a server that was killed: see _make
            left.unlink(missing_ok=True)
        settings = SETTINGS | ({} if self._durable else HASTY)
        quoted = str(socket).replace('"', '""')
        settings |= {"unix_socket_directories": f'"{quoted}"'}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = self._isolation.spawn(
            [programs / "postgres", "-D", self._data, *words], log=self.log
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, IndexError):
                if self._status()[STATUS_LINE].strip() == "ready":
                    return
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(POLL)
        raise NotStarted(f"{self.log}: {_tail(self.log)}")

    def _wait_for_orphans(self) -> None:
        """Wait for the children of a server that was killed; they may still write."""
        data, deadline = self._data.resolve(), time.monotonic() + STOP_TIMEOUT
        while any(_working_folder(process) == data for process in _processes()):
            if time.monotonic() > deadline:
                raise NotStarted("processes of an earlier start still use the data")
            time.sleep(POLL)

    def _ended_in_time(self) -> bool:
        deadline = time.monotonic() + STOP_TIMEOUT
        while time.monotonic() < deadline:
            if self.pid() is None:
                return True
            time.sleep(POLL)
        return False


def _make_database(place: Address) -> None:
    """Make the role and its database if they are absent."""
    parameters = place.parameters(database="postgres", user=SUPERUSER)
    role = sql.Identifier(ROLE)
    with psycopg.connect(make_conninfo("", **parameters), autocommit=True) as connection:
        if not connection.execute(HAS_ROLE, [ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        if not connection.execute(HAS_DATABASE, [ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))


@contextlib.contextmanager
def _locked(path: pathlib.Path) -> Iterator[None]:
    with path.open("a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _processes() -> Iterator[pathlib.Path]:
    return pathlib.Path("/proc").glob("[0-9]*")


def _working_folder(process: pathlib.Path) -> pathlib.Path | None:
    try:
        return (process / "cwd").readlink()
    except OSError:
        return None  # ended, or none of our business


def _tail(log: pathlib.Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]
