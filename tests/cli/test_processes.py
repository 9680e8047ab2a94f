from __future__ import annotations

import os
import pathlib
import signal
import sys
import time

import pytest

from mithaq.cli import processes
from mithaq.cli.processes import Crashed, Process

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
child.wait()
"""


def made(folder: pathlib.Path, code: str) -> Process:
    return Process(
        name="XA test",
        command=[sys.executable, "-c", code],
        environment=dict(os.environ),
        log=folder / "log" / "test.log",
        mark=folder / "run" / "test.pid",
    )


def is_alive(pid: int) -> bool:
    try:
        status = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def ends_soon(pid: int) -> bool:
    deadline = time.monotonic() + 20  # a signal is delivered when the kernel gets to it
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def wait_for_log(process: Process) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        text = process.log.read_text()
        if text.endswith("\n"):
            return text
        time.sleep(0.02)
    raise AssertionError("the program printed nothing")


def check_until_it_ends(process: Process) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        process.check()
        time.sleep(0.02)


def test_a_program_that_ends_by_itself_is_reported_with_its_log(tmp_path: pathlib.Path) -> None:
    process = made(tmp_path, "print('no disk'); raise SystemExit(3)")
    process.start()

    with pytest.raises(Crashed, match=r"XA test ended with code 3\n.*no disk"):
        check_until_it_ends(process)


def test_a_program_and_its_children_end_together(tmp_path: pathlib.Path) -> None:
    process = made(tmp_path, PARENT)
    process.start()
    child = int(wait_for_log(process))

    processes.stop_all([process])

    assert ends_soon(child)
    assert not (tmp_path / "run" / "test.pid").exists()


def test_a_program_that_does_not_end_is_killed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.2)
    process = made(tmp_path, STUBBORN)
    process.start()
    wait_for_log(process)
    pid = process.pid

    processes.stop_all([process])

    assert pid is not None
    assert not is_alive(pid)


def test_what_an_earlier_start_left_behind_is_ended_first(tmp_path: pathlib.Path) -> None:
    left = made(tmp_path, "print('up', flush=True); import time; time.sleep(60)")
    left.start()
    wait_for_log(left)
    assert left.pid is not None

    again = made(tmp_path, "import time; time.sleep(60)")
    again.start()

    left.wait(deadline=time.monotonic() + 10)
    assert again.pid is not None
    assert is_alive(again.pid)
    again.kill()


def test_a_stranger_with_the_number_of_an_old_program_is_left_alone(
    tmp_path: pathlib.Path,
) -> None:
    stranger = made(tmp_path / "a", "import time; time.sleep(60)")
    stranger.start()
    assert stranger.pid is not None
    mark = tmp_path / "old.pid"
    mark.write_text(f"{stranger.pid} 12345", encoding="ascii")

    processes.end_leftover(mark)

    assert is_alive(stranger.pid)
    assert not mark.exists()
    stranger.kill()


def test_a_request_to_end_is_like_ctrl_c() -> None:
    with processes.stop_on_signals(), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)


def test_cleaning_up_is_not_disturbed() -> None:
    with processes.undisturbed():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
