"""`./mithaq bench exchange`: from submit to `opened` receipt between two nodes."""

from __future__ import annotations

import contextlib
import os
import pathlib
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence

import click

from benchmarks.exchange import bare
from benchmarks.exchange.table import Delays, Figures, write
from mithaq.cli import context
from mithaq.cli.demo import nodes as demo_nodes
from mithaq.cli.demo.network import Network
from mithaq.cli.demo.provision import read_pacts
from mithaq.cli.demo.shell import Shell

INSIDE = "benchmarks.exchange.inside:"
SHARE_OF_HIGHEST = 0.7  # the rate at which latency is measured
PATIENCE = 300.0  # seconds
PORT_BASE = 8651


@click.command()
@click.option("--messages", default=3000, show_default=True, help="Messages in each run.")
@click.option("--size", default=4096, show_default=True, help="Bytes of a sealed record.")
@click.option("--batch", default=64, show_default=True, help="Messages in one submission.")
@click.option("--runs", default=3, show_default=True, help="Runs; the median is told.")
@click.option("--write", "target", type=click.Path(path_type=pathlib.Path), help="A page to write.")
@context.json_option
def exchange(
    *, messages: int, size: int, batch: int, runs: int, target: pathlib.Path | None, as_json: bool
) -> None:
    """Measure the exchange beside the bare cryptography of the same messages."""
    cores = len(os.sched_getaffinity(0))
    os.environ["PYTHONPATH"] = str(context.checkout())  # the nodes call functions of this package
    with (
        tempfile.TemporaryDirectory(prefix="mithaq-bench-") as folder,
        _two_nodes(pathlib.Path(folder)) as (network, shells),
    ):
        pact = read_pacts(network.nodes)["methods-direct"]
        xa = shells["XA"]
        highest: list[float] = []
        crypto: list[float] = []
        singly: list[float] = []
        for run in range(runs):
            crypto.append(bare.rate(messages=messages, size=size, processes=cores))
            highest.append(_rate(xa, count=messages, size=size, batch=batch, pact=pact, run=run))
            few = messages // 4
            singly.append(_rate(xa, count=few, size=size, batch=1, pact=pact, run=run))
        together = _delays(xa, count=messages, size=size, batch=batch, highest=highest, pact=pact)
        alone = _delays(xa, count=messages // 4, size=size, batch=1, highest=singly, pact=pact)
        figures = Figures(
            messages=messages,
            size=int(str(xa.call(f"{INSIDE}body_size"))),
            batch=batch,
            cores=cores,
            crypto=crypto,
            highest=highest,
            singly=singly,
            together=together,
            alone=alone,
            durable=_texts(xa.call(f"{INSIDE}durable")),
        )
    if as_json:
        context.echo_json(figures.as_json())
    else:
        click.echo(figures.as_markdown())
    if target is not None:
        write(target, figures)


@contextlib.contextmanager
def _two_nodes(folder: pathlib.Path) -> Iterator[tuple[Network, Mapping[str, Shell]]]:
    """Make the demo's bureaus in `folder` and run the two that exchange."""
    made = demo_nodes.make(folder / "nodes", base=PORT_BASE)

    def say(text: str) -> None:
        click.echo(text, err=True)

    everyone = Network(folder=folder / "nodes", nodes=made, say=say)
    try:
        everyone.start()
    finally:
        everyone.stop()
    pair = Network(folder=folder / "nodes", nodes=made[:2], say=say)
    try:
        pair.start()
        with pair.shells() as shells:
            yield pair, shells
    finally:
        pair.stop()


def _rate(xa: Shell, *, count: int, size: int, batch: int, pact: str, run: int) -> float:
    """Return messages a second from the first submission to the last `opened` receipt."""
    xa.call(f"{INSIDE}make_methods", count=count, size=size, tag=f"{run}/{batch}")
    done = _submit(xa, count=count, batch=batch, rate=0, pact=pact)
    last = _wait(xa, since=done["started_at"], count=count)
    return count / (last - done["started_at"])


def _delays(
    xa: Shell, *, count: int, size: int, batch: int, highest: Sequence[float], pact: str
) -> Delays:
    """Return the seconds from release to `opened` receipt at a share of the highest rate."""
    rate = SHARE_OF_HIGHEST * statistics.median(highest)
    xa.call(f"{INSIDE}make_methods", count=count, size=size, tag=f"paced/{batch}")
    done = _submit(xa, count=count, batch=batch, rate=rate, pact=pact)
    _wait(xa, since=done["started_at"], count=count)
    found = xa.call(f"{INSIDE}latencies", since=done["started_at"])
    seconds = sorted(float(delay) for delay in found) if isinstance(found, list) else []
    return Delays(rate=rate, seconds=seconds)


def _submit(xa: Shell, *, count: int, batch: int, rate: float, pact: str) -> Mapping[str, float]:
    found = xa.call(f"{INSIDE}submit", count=count, batch=batch, rate=rate, pact=pact)
    if not isinstance(found, dict):
        raise TypeError(type(found))
    return {str(name): float(value) for name, value in found.items()}


def _wait(xa: Shell, *, since: float, count: int) -> float:
    """Return when the last of `count` messages was told opened."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = xa.call(f"{INSIDE}opened", since=since)
        if isinstance(found, dict) and found["count"] >= count:
            return float(found["last"])
        time.sleep(0.2)
    raise click.ClickException("the messages were not opened in time")


def _texts(value: object) -> Mapping[str, str]:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else {}
