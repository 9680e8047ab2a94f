"""The demo as its user meets it: processes, signals, exit codes."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

from mithaq.cli import ports

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("demo")]

PATIENCE = 240  # seconds, on a busy machine
# Away from the ports of a demo that someone uses beside the tests.
BASE = ports.first_free(base=20_000 + os.getpid() % 10_000, count=3)


@pytest.fixture(scope="module")
def folder() -> Iterator[pathlib.Path]:
    """One demo for all tests here; the first of them makes it."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="mq-demo-"))
    yield made / "demo"
    subprocess.run(
        [sys.executable, "-c", REMOVE.format(folder=str(made / "demo"))], check=True, timeout=60
    )
    shutil.rmtree(made)


REMOVE = """
import pathlib
from mithaq.cli.demo import network
network.remove(pathlib.Path({folder!r}))
"""


def start(folder: pathlib.Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "mithaq.cli", "demo"),
            *("--folder", str(folder), "--port-base", str(BASE), *words),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until_ready(demo: subprocess.Popen[str]) -> None:
    assert demo.stderr is not None
    told = []
    for line in demo.stderr:
        told.append(line)
        if line.rstrip().endswith("ready"):
            return
    raise AssertionError("".join(told))


def processes_of(folder: pathlib.Path) -> list[str]:
    """Return the command lines of what still runs for the demo."""
    found = []
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            variables = (place / "environ").read_bytes()
            words = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in variables + words and place.name != str(os.getpid()):
            found.append(words.decode(errors="replace"))
    return found


def test_the_story_is_proved_and_nothing_is_left_running(folder: pathlib.Path) -> None:
    demo = start(folder, "--headless")

    out, told = demo.communicate(timeout=PATIENCE)

    found = json.loads(out)
    assert demo.returncode == 0, told
    assert found["ok"] is True
    assert all(set(step) == {"name", "ok", "ms", "evidence"} for step in found["steps"])
    assert {"start XA", "start XB", "start XS"} < {step["name"] for step in found["steps"]}
    assert processes_of(folder) == []


def test_ctrl_c_stops_everything_cleanly(folder: pathlib.Path) -> None:
    demo = start(folder)
    wait_until_ready(demo)

    demo.send_signal(signal.SIGINT)
    out, _ = demo.communicate(timeout=60)

    assert demo.returncode == 0
    assert "http://127.0.0.1:" in out
    assert processes_of(folder) == []


def test_a_second_demo_is_told_that_one_runs(folder: pathlib.Path) -> None:
    demo = start(folder)
    wait_until_ready(demo)

    second = start(folder)
    _, told = second.communicate(timeout=60)
    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)

    assert second.returncode == 1
    assert f"process {demo.pid}" in told
    assert "[demo.runs_already]" in told


def test_a_program_that_dies_is_reported_and_the_rest_is_stopped(folder: pathlib.Path) -> None:
    demo = start(folder)
    wait_until_ready(demo)
    victim = int((folder / "XB" / "run" / "worker.pid").read_text().split()[0])

    os.kill(victim, signal.SIGKILL)
    _, told = demo.communicate(timeout=60)

    assert demo.returncode == 1
    assert "XB worker ended with code -9" in told
    assert processes_of(folder) == []


def test_what_a_killed_demo_left_behind_does_not_hinder_the_next(folder: pathlib.Path) -> None:
    demo = start(folder)
    wait_until_ready(demo)
    demo.kill()
    demo.communicate()

    again = start(folder)
    wait_until_ready(again)
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=60)

    assert again.returncode == 0
    assert processes_of(folder) == []
