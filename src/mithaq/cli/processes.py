"""Programs that run beside this one, each in a process group of its own, its output in a log.

A mark on the disk tells the next start which process was left behind when this one was killed; it
holds the process's number and start time, so that a stranger with the same number is left alone.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence

from mithaq.core.errors import MithaqError

GRACE = 10.0  # seconds between the request to end and the kill
POLL = 0.05  # seconds
LOG_TAIL = 15  # lines that a fault repeats
START_TIME = 19  # of /proc/<pid>/stat, counted after the name in brackets


class Crashed(MithaqError):
    """A program ended by itself; its log says why."""

    code = "process.crashed"


class Process:
    """A program named `name` for people; start it, look after it, stop it."""

    def __init__(
        self,
        *,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: pathlib.Path,
        mark: pathlib.Path,
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._environment = dict(environment)
        self._mark = mark
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process and of its group, or None if it was not started."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the program, after ending one that an earlier start left behind."""
        end_leftover(self._mark)
        for folder in (self.log.parent, self._mark.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        pid = self._process.pid
        self._mark.write_text(f"{pid} {_started_at(pid)}", encoding="ascii")

    def check(self) -> None:
        """Do nothing while the program runs.

        Raises:
            Crashed: it has ended.
        """
        if self._process is None or self._process.poll() is None:
            return
        raise Crashed(f"{self.name} ended with code {self._process.returncode}\n{self._tail()}")

    def ask_to_end(self) -> None:
        """Send SIGTERM to the whole group."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the whole group at once, as a power cut would."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def wait(self, *, deadline: float) -> None:
        """Wait until the program has ended; kill it when the monotonic clock shows `deadline`."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.kill()
        self._signal(signal.SIGKILL)  # children that outlived it
        self._mark.unlink(missing_ok=True)
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([*lines[-LOG_TAIL:], f"(log: {self.log})"])


def stop_all(processes: Sequence[Process]) -> None:
    """End every process, all at the same time, and kill what does not end in time."""
    for process in processes:
        process.ask_to_end()
    deadline = time.monotonic() + GRACE
    for process in processes:
        process.wait(deadline=deadline)


def end_leftover(mark: pathlib.Path) -> None:
    """End the group of the process that `mark` names, if it is still the one that was started."""
    try:
        pid, started_at = (int(word) for word in mark.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return
    if _started_at(pid) == started_at:
        _end_group(pid)
    mark.unlink(missing_ok=True)


def _end_group(pid: int) -> None:
    """Kill the group and wait until it is gone, so that its ports are free."""
    deadline = time.monotonic() + GRACE
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(pid, signal.SIGKILL)
            time.sleep(POLL)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP as Ctrl-C while inside."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore Ctrl-C while inside: cleaning up is bounded in time and must not be left halfway."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _started_at(pid: int) -> int:
    """Return when process `pid` started, in clock ticks since the machine did; -1 if it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return -1
    return int(text.rpartition(")")[2].split()[START_TIME])
