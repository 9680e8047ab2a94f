"""`mithaq node …`: what an operator does with one node."""

from __future__ import annotations

import os
import pathlib
import sys

import click

from mithaq.cli import context
from mithaq.cli.node import running
from mithaq.core import ids
from mithaq.site import node as site_node
from mithaq.site.postgres.cluster import Cluster

FOLDER = click.Path(path_type=pathlib.Path, file_okay=False)
WORKER_GRACE = 5  # seconds for running jobs when the worker is told to end
JOBS = 4  # jobs that the worker does at a time: couriers, the opener, the clock
LOOK_AGAIN = 0.2  # seconds; a job that waits for the lock of another is not announced again


@click.group()
def node() -> None:
    """Make, migrate, serve and run a node."""


@node.command()
@click.argument("folder", type=FOLDER)
@click.option("--bureau", required=True, help="Code of the bureau, such as XA.")
@click.option("--origin", required=True, help="Name of the journal: a host name and a path.")
@click.option("--endpoint", required=True, help="Address by which other bureaus reach the node.")
@click.option("--listen", default="127.0.0.1:8601", show_default=True, help="Where it listens.")
@click.option("--languages", default="en", show_default=True, help="Codes, parted by commas.")
@click.option("--zone", default="UTC", show_default=True, help="Time zone of the bureau.")
@click.option("--database", default=site_node.EMBEDDED, show_default=True, help="Or a URL.")
def make(folder: pathlib.Path, bureau: str, languages: str, **texts: str) -> None:
    """Make the folder of a node, with new secrets."""
    config = site_node.NodeConfig(
        folder=folder.absolute(),
        bureau=ids.bureau(bureau),
        languages=tuple(languages.split(",")),
        **texts,
    )
    if (folder / site_node.CONFIG_FILE).exists():
        raise click.UsageError(f"{folder} is the folder of a node already")
    site_node.write(config)
    click.echo(f"made {config.folder}")


@node.command()
@context.names_node
@context.json_option
def show(*, config: site_node.NodeConfig, as_json: bool) -> None:
    """Show what the node is told about itself, and whether its own database runs."""
    running_as = Cluster(config.cluster).pid() if config.is_embedded else None
    facts: dict[str, object] = {
        "bureau": config.bureau,
        "origin": config.origin,
        "endpoint": config.endpoint,
        "listen": config.listen,
        "languages": list(config.languages),
        "zone": config.zone,
        "embedded": config.is_embedded,
        "database_process": running_as,
    }
    if as_json:
        context.echo_json(facts)
    else:
        click.echo("\n".join(f"{name:17} {value}" for name, value in facts.items()))


@node.command()
@context.names_node
def migrate(config: site_node.NodeConfig) -> None:
    """Bring the node's database to the form that this version needs."""
    with running.database(config):  # before Django, which reads where the socket is
        context.set_up_django(config.folder)
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)


@node.command()
@context.names_node
@click.option("--workers", default=running.WEB_WORKERS, show_default=True, help="Web processes.")
def serve(config: site_node.NodeConfig, workers: int) -> None:
    """Serve the node's addresses; the database must run. Ends on SIGTERM."""
    command = running.server(config, workers=workers)
    os.execve(sys.executable, command, running.environment(config))  # noqa: S606 - becomes the server, so that signals reach it


@node.command()
@context.needs_node
@click.option("--jobs", default=JOBS, show_default=True, help="Jobs at a time.")
def work(jobs: int) -> None:
    """Do the node's jobs: courier, inbox, clocks; the database must run. Ends on SIGTERM."""
    from django.core.management import call_command

    call_command(
        "procrastinate",
        "worker",
        f"--concurrency={jobs}",
        f"--fetch-job-polling-interval={LOOK_AGAIN}",
        f"--shutdown-graceful-timeout={WORKER_GRACE}",
        "--delete-jobs=successful",
    )


@node.command()
@context.names_node
def run(config: site_node.NodeConfig) -> None:
    """Run the node: its database if embedded, its web server and its worker, until Ctrl-C."""
    running.run(config)


@node.group()
def database() -> None:
    """Start and stop the embedded PostgreSQL of a node."""


@database.command()
@context.names_node
def start(config: site_node.NodeConfig) -> None:
    """Start it and leave it running."""
    found = Cluster(config.cluster).start()
    click.echo(f"psql -h '{found.socket}' -U mithaq mithaq")


@database.command()
@context.names_node
def stop(config: site_node.NodeConfig) -> None:
    """Stop it."""
    Cluster(config.cluster).stop()
