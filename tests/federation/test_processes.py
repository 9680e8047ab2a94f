"""Three real nodes, killed at random moments while 500 messages flow between two of them."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from mithaq.cli.demo import nodes as demo_nodes
from mithaq.cli.demo import provision
from mithaq.cli.demo.network import Network
from mithaq.cli.demo.nodes import DemoNode
from mithaq.cli.node import running
from mithaq.cli.processes import Crashed, Process
from mithaq.site.postgres.cluster import Cluster

pytestmark = pytest.mark.processes

CHECKOUT = pathlib.Path(__file__).parents[2]
MESSAGES = 500
SEED = 20261121
WAIT = 180.0  # seconds until the last receipt must be there after the last kill
PARTS = ("web", "worker")


@pytest.fixture
def network(tmp_path: pathlib.Path) -> Iterator[Network]:
    """Give three running nodes, each with its database, web server and worker."""
    folder = tmp_path / "demo"
    made = Network(folder=folder, nodes=demo_nodes.make(folder, base=None), say=lambda _: None)
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Killer:
    """Kills parts of XA and XB as a power cut would, and starts them again."""

    def __init__(self, network: Network) -> None:
        self._random = random.Random(SEED)  # noqa: S311 - a seed must repeat a test
        self._parts: dict[str, tuple[Process, Process]] = {
            code: network._programs[code] for code in ("XA", "XB")
        }
        self._clusters = {code: network._clusters[code] for code in ("XA", "XB")}
        self.killed: list[str] = []

    def rage(self, *, while_: Callable[[], bool]) -> None:
        """Kill one part after the other; twice it is a database."""
        databases = {4: "XA", 9: "XB"}
        for number in itertools.count():
            self.pause(1.0, 3.0)
            if not while_():
                return
            if number in databases:
                self.strike_database(databases[number])
            else:
                self.strike()
            self.raise_the_dead()

    def strike(self) -> None:
        """Kill one program, and start it again after a moment."""
        code, part = self._random.choice(["XA", "XB"]), self._random.randrange(len(PARTS))
        process = self._parts[code][part]
        process.kill()
        self.killed.append(f"{code} {PARTS[part]}")
        self.pause(0.2, 1.0)
        process.start()

    def strike_database(self, code: str) -> None:
        """Kill the database of a node; it comes back and finds what was committed."""
        cluster: Cluster = self._clusters[code]
        pid = cluster.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self.killed.append(f"{code} database")
        self.pause(0.2, 1.0)
        cluster.start()

    def raise_the_dead(self) -> None:
        """Start again what ended for want of its database, as the system's supervisor would."""
        for process in (process for pair in self._parts.values() for process in pair):
            try:
                process.check()
            except Crashed:
                process.start()

    def pause(self, least: float, most: float) -> None:
        time.sleep(self._random.uniform(least, most))


def test_no_message_is_lost_or_doubled_while_nodes_are_killed(network: Network) -> None:
    by_code = {node.member.code: node for node in network.nodes}
    pact = provision.read_pacts(network.nodes)["methods-direct"]
    killer = Killer(network)

    with bystander(by_code["XA"], "send", pact, str(MESSAGES)) as sender:
        killer.rage(while_=lambda: sender.poll() is None)
    settled = wait_until_settled(network.nodes, killer)

    assert sender.returncode == 0, "the messages could not be submitted"
    sent, arrived = settled["XA"], settled["XB"]
    expected = sorted(f"urn:mithaq:XA:method:{key_of(number)}" for number in all_numbers())
    assert sent["sent"] == {"opened": MESSAGES}
    assert arrived["arrived"] == {"opened": MESSAGES}
    assert arrived["records"] == expected
    assert arrived["methods"] == expected
    assert arrived["gaps"] == 0
    assert arrived["alarms"] == []
    assert {part.partition(" ")[2] for part in killer.killed} == {"web", "worker", "database"}
    for node in network.nodes:
        assert verify_journal(node) == 0


def wait_until_settled(
    nodes: Sequence[DemoNode], killer: Killer
) -> Mapping[str, Mapping[str, object]]:
    """Return what XA and XB hold, once every message has its last receipt or patience ends."""
    deadline = time.monotonic() + WAIT
    while True:
        killer.raise_the_dead()
        told = {node.member.code: tell(node) for node in nodes if node.member.code != "XS"}
        if told["XA"]["sent"] == {"opened": MESSAGES} or time.monotonic() > deadline:
            return told
        time.sleep(2.0)


def bystander(node: DemoNode, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.federation.bystander", *words],
        cwd=CHECKOUT,
        env=running.environment(node.config),
        stdout=subprocess.PIPE,
    )


def tell(node: DemoNode) -> Mapping[str, object]:
    process = bystander(node, "tell")
    told, _ = process.communicate()
    assert process.returncode == 0
    found = json.loads(told)
    assert isinstance(found, dict)
    return found


def verify_journal(node: DemoNode) -> int:
    """Return how `mithaq journal verify` ends in the node."""
    return subprocess.run(
        [sys.executable, "-m", "mithaq.cli", "journal", "verify"],
        env=running.environment(node.config),
        stdout=subprocess.DEVNULL,
        check=False,
    ).returncode


def all_numbers() -> range:
    return range(1, MESSAGES + 1)


def key_of(number: int) -> str:
    from tests.factories.federation_methods import key_of as key

    return str(key(number))
