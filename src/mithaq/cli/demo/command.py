"""`mithaq demo`."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
from collections.abc import Iterator

import click

from mithaq.cli import context
from mithaq.cli.demo import network, nodes, story
from mithaq.cli.demo.network import Network
from mithaq.cli.demo.progress import Progress, Step, result
from mithaq.cli.processes import stop_on_signals, undisturbed
from mithaq.core.errors import MithaqError


class DemoRuns(MithaqError):
    """The demo of this folder runs already; end it with Ctrl-C where it was started."""

    code = "demo.runs_already"


@click.command()
@click.option("--headless", is_flag=True, help="Play the story, print JSON, and end.")
@click.option("--reset", is_flag=True, help="Delete what earlier demos left, and begin anew.")
@click.option(
    "--port-base",
    type=click.IntRange(1024, 65000),
    help=f"First of three ports; by default free ones from {nodes.PORT_BASE} on.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=pathlib.Path, file_okay=False),
    help="Where the demo lives; by default var/demo.",
)
def demo(*, headless: bool, reset: bool, port_base: int | None, folder: pathlib.Path | None) -> int:
    """Start three bureaus on this machine, each with database, keys, address and worker.

    They and their data are fictional. Everything is kept under var/demo.
    """
    place = (folder or context.checkout() / "var" / "demo").absolute()
    progress = Progress()
    with _only_one(place), stop_on_signals():
        if reset or not network.is_provisioned(place):
            network.remove(place)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = nodes.make(place, base=port_base)
        running = Network(folder=place, nodes=made, say=progress.say)
        try:
            steps = running.start()
            return _play(running, steps, progress) if headless else _stay(running, progress)
        except KeyboardInterrupt:
            return 0 if not headless else 1
        finally:
            with undisturbed():
                progress.say("stopping")
                running.stop()
                progress.say("stopped")


def _play(running: Network, steps: list[Step], progress: Progress) -> int:
    """Play the story and print what was proved."""
    with running.shells() as shells:
        for step in story.play(shells=shells, nodes=running.nodes):
            progress.say(f"{'ok  ' if step.ok else 'FAIL'} {step.name} ({step.ms} ms)")
            steps.append(step)
            running.check()
    found = result(steps, seconds=progress.seconds())
    context.echo_json(found)
    return 0 if found["ok"] else 1


def _stay(running: Network, progress: Progress) -> int:
    """Tell the addresses and stay until Ctrl-C."""
    click.echo("")
    for node in running.nodes:
        languages = ", ".join(node.member.languages)
        click.echo(f"  {node.name:22} {node.config.endpoint}   ({languages})")
    click.echo(f"\n  Logs: {running.folder}/*/log/    Ctrl-C stops everything.\n")
    progress.say("ready")
    running.watch()
    return 0


@contextlib.contextmanager
def _only_one(folder: pathlib.Path) -> Iterator[None]:
    """Hold the lock of the demo; it stands beside the folder, which --reset deletes."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            file.seek(0)
            raise DemoRuns(f"process {file.read().strip()}") from fault
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
