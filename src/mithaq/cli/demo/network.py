"""The demo's nodes as running processes: database, web server and worker of each."""

from __future__ import annotations

import contextlib
import hashlib
import pathlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import mithaq
from mithaq.cli.demo import provision
from mithaq.cli.demo.nodes import MEMBERS, DemoNode
from mithaq.cli.demo.progress import Step
from mithaq.cli.demo.shell import Shell
from mithaq.cli.node import running
from mithaq.cli.processes import Crashed, Process, stop_all
from mithaq.site.postgres.cluster import Cluster

Answer = TypeVar("Answer")

MIGRATED = "migrated"  # in a node's folder: digest of the migrations that its database has
PROVISIONED = "provisioned"  # in the demo's folder: keys, members, pacts and officers are there
MIGRATE = "mithaq.cli.demo.shell:migrate"


class Network:
    """Three nodes under `folder`; `start()` them, `watch()` them, `stop()` them."""

    def __init__(
        self, *, folder: pathlib.Path, nodes: Sequence[DemoNode], say: Callable[[str], None]
    ) -> None:
        self.folder = folder
        self.nodes = nodes
        self._say = say
        self._clusters = {node.member.code: Cluster(node.config.cluster) for node in nodes}
        self._programs = {node.member.code: running.programs(node.config) for node in nodes}

    def start(self) -> list[Step]:
        """Start every node, after making what a new one needs; return a step for each."""
        self._on_each(self._start_database)
        self._say("databases run")
        if not all(_is_migrated(node) for node in self.nodes) or not self._is_provisioned():
            with self.shells() as shells:
                self._prepare(shells)
        return self._on_each(self._start_programs)

    def watch(self) -> None:
        """Look after the nodes for ever.

        Raises:
            Crashed: a program or a database ended by itself.
        """
        while True:
            self.check()
            time.sleep(running.WATCH)

    def check(self) -> None:
        """Do nothing while everything runs.

        Raises:
            Crashed: a program or a database has ended by itself.
        """
        for process in self._processes():
            process.check()
        for code, cluster in self._clusters.items():
            if cluster.pid() is None:
                raise Crashed(f"the database of {code} ended (log: {cluster.log})")

    def stop(self) -> None:
        """Stop everything: programs first, databases last."""
        stop_all(self._processes())
        self._on_each(lambda node: self._clusters[node.member.code].stop())

    @contextlib.contextmanager
    def shells(self) -> Iterator[Mapping[str, Shell]]:
        """Give a shell inside each node, by code of the bureau."""
        with contextlib.ExitStack() as stack:
            yield {node.member.code: stack.enter_context(Shell(node.config)) for node in self.nodes}

    def _start_database(self, node: DemoNode) -> None:
        self._clusters[node.member.code].start()

    def _prepare(self, shells: Mapping[str, Shell]) -> None:
        self._on_each(lambda node: shells[node.member.code].call(MIGRATE))
        for node in self.nodes:
            (node.config.folder / MIGRATED).write_text(_migrations(), encoding="ascii")
        self._say("databases have their tables")
        if not self._is_provisioned():
            provision.provision(shells=shells, nodes=self.nodes, folder=self.folder, say=self._say)
            (self.folder / PROVISIONED).write_text(mithaq.__version__, encoding="ascii")

    def _start_programs(self, node: DemoNode) -> Step:
        started_at = time.monotonic()
        programs = self._programs[node.member.code]
        for program in programs:
            program.start()
        running.wait_until_healthy(node.config, programs)
        self._say(f"{node.name} answers on {node.config.endpoint}")
        return Step(
            name=f"start {node.member.code}",
            ok=True,
            ms=round((time.monotonic() - started_at) * 1000),
            evidence={"bureau": node.member.code, "endpoint": node.config.endpoint},
        )

    def _processes(self) -> list[Process]:
        return [process for pair in self._programs.values() for process in pair]

    def _is_provisioned(self) -> bool:
        return is_provisioned(self.folder)

    def _on_each(self, work: Callable[[DemoNode], Answer]) -> list[Answer]:
        with ThreadPoolExecutor(max_workers=len(self.nodes)) as pool:
            return list(pool.map(work, self.nodes))


def is_provisioned(folder: pathlib.Path) -> bool:
    """Return whether the demo under `folder` was made to its end."""
    return (folder / PROVISIONED).is_file()


def remove(folder: pathlib.Path) -> None:
    """Stop what runs of the demo under `folder` and delete it, and nothing else."""
    for member in MEMBERS:
        running.end_leftovers(folder / member.code)
        cluster = folder / member.code / "postgres"
        if cluster.is_dir():
            Cluster(cluster).remove()
    if folder.is_dir():
        shutil.rmtree(folder)


def _is_migrated(node: DemoNode) -> bool:
    mark = node.config.folder / MIGRATED
    return mark.is_file() and mark.read_text(encoding="ascii") == _migrations()


def _migrations() -> str:
    """Return a digest of all migrations of ours and of the pinned versions of others'."""
    source = pathlib.Path(mithaq.__file__).parent
    files = sorted(source.glob("apps/*/migrations/*.py"))
    pins = source.parents[1] / "requirements" / "runtime.txt"
    content = b"".join(path.read_bytes() for path in [*files, pins] if path.is_file())
    return hashlib.sha256(content).hexdigest()
