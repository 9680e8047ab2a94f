"""A node's programs: its database if embedded, its web server, its worker."""

from __future__ import annotations

import contextlib
import http
import http.client
import json
import os
import pathlib
import sys
import time
from collections.abc import Iterator

from mithaq.cli.processes import Process, end_leftover, stop_all, stop_on_signals, undisturbed
from mithaq.core.errors import MithaqError
from mithaq.site.node import VARIABLE, NodeConfig
from mithaq.site.postgres.cluster import Cluster

RUN = "run"  # folder of the marks of running programs
WEB_WORKERS = 1  # processes; more pay on machines with more than two cores
WEB_THREADS = 4  # requests that one web process serves at a time
HEALTHY_WITHIN = 60.0  # seconds
POLL = 0.05  # seconds
WATCH = 0.5  # seconds between looks at running programs


class NotHealthy(MithaqError):
    """A node does not answer as it should; its log says why."""

    code = "node.not_healthy"


def environment(config: NodeConfig) -> dict[str, str]:
    """Return the environment of a program that works for the node."""
    return {**os.environ, VARIABLE: str(config.folder), "PYTHONUNBUFFERED": "1"}


def server(config: NodeConfig, *, workers: int = WEB_WORKERS) -> list[str]:
    """Return the command of the node's web server."""
    host, _, port = config.listen.rpartition(":")
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", host, "--port", port, "--workers", str(workers)),
        *("--blocking-threads", str(WEB_THREADS), "--log-level", "warning"),
        *("--workers-kill-timeout", "5", "--respawn-failed-workers"),
        "mithaq.site.wsgi:application",
    ]


def programs(config: NodeConfig) -> tuple[Process, Process]:
    """Return the two programs of a node, web and worker, with logs beside node.toml; not started."""
    worker = [sys.executable, "-m", "mithaq.cli", "node", "work"]
    return (
        _program(config, name="web", command=server(config)),
        _program(config, name="worker", command=worker),
    )


def end_leftovers(folder: pathlib.Path) -> None:
    """End the programs of the node in `folder` that were left behind when their parent was killed."""
    for mark in (folder / RUN).glob("*.pid"):
        end_leftover(mark)


def _program(config: NodeConfig, *, name: str, command: list[str]) -> Process:
    return Process(
        name=f"{config.bureau} {name}",
        command=command,
        environment=environment(config),
        log=config.folder / "log" / f"{name}.log",
        mark=config.folder / RUN / f"{name}.pid",
    )


@contextlib.contextmanager
def database(config: NodeConfig) -> Iterator[None]:
    """Have the node's database running while inside; stop it after if it was not running before."""
    if not config.is_embedded:
        yield
        return
    cluster = Cluster(config.cluster)
    was_running = cluster.pid() is not None
    cluster.start()
    try:
        yield
    finally:
        if not was_running:
            cluster.stop()


def wait_until_healthy(config: NodeConfig, processes: tuple[Process, ...]) -> None:
    """Wait until the node answers on its address.

    Raises:
        Crashed: one of `processes` ended meanwhile.
        NotHealthy: it did not answer in time, or another node answers there.
    """
    deadline = time.monotonic() + HEALTHY_WITHIN
    while time.monotonic() < deadline:
        for process in processes:
            process.check()
        answer = _health(config)
        if answer is not None:
            if answer.get("bureau") == config.bureau:
                return
            raise NotHealthy(f"another node answers on {config.listen}")
        time.sleep(POLL)
    raise NotHealthy(f"{config.bureau} at {config.listen} (logs: {config.folder / 'log'})")


def run(config: NodeConfig) -> None:
    """Run the node's programs until Ctrl-C, SIGTERM or the end of one of them.

    Raises:
        Crashed: a program ended by itself; the others have been stopped.
    """
    processes = programs(config)
    with database(config), stop_on_signals():
        try:
            for process in processes:
                process.start()
            wait_until_healthy(config, processes)
            watch(processes)
        except KeyboardInterrupt:
            return
        finally:
            with undisturbed():
                stop_all(processes)


def watch(processes: tuple[Process, ...]) -> None:
    """Look after `processes` for ever.

    Raises:
        Crashed: one of them ended.
    """
    while True:
        for process in processes:
            process.check()
        time.sleep(WATCH)


def _health(config: NodeConfig) -> dict[str, object] | None:
    """Return what /health answers, or None while nothing, or an unready node, answers."""
    host, _, port = config.listen.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)  # past any proxy
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        found = json.load(answer) if answer.status == http.HTTPStatus.OK else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return found if isinstance(found, dict) else None
