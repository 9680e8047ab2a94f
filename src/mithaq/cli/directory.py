"""`mithaq directory …`: publish our own descriptor, load and show those of members."""

from __future__ import annotations

import pathlib

import click

from mithaq.cli import context

FILE = click.Path(path_type=pathlib.Path, dir_okay=False)


@click.group()
def directory() -> None:
    """Publish our own descriptor, load and show those of members."""


@directory.command()
@context.needs_node
@click.argument("file", type=FILE)
@click.option("--kind", default="national-bureau", show_default=True, help="List bureau-kind.")
@click.option("--ar", required=True, help="Name of the bureau in Arabic.")
@click.option("--fr", required=True, help="Name of the bureau in French.")
@click.option("--en", required=True, help="Name of the bureau in English.")
@click.option("--es", required=True, help="Name of the bureau in Spanish.")
def publish(file: pathlib.Path, kind: str, **names: str) -> None:
    """Sign a new descriptor of this bureau and write it to FILE, for the other members."""
    from django.utils import timezone

    from mithaq.apps.directory import actions, queries
    from mithaq.apps.keys import queries as keys

    at = timezone.now()
    signed = actions.publish(
        kind=context.code("bureau-kind", kind), names=names, contacts=(), by=context.OPERATOR, at=at
    )
    file.write_bytes(signed)
    click.echo(f"fingerprint {queries.fingerprint_of(keys.me())}")


@directory.command()
@context.needs_node
@click.argument("file", type=click.Path(path_type=pathlib.Path, exists=True, dir_okay=False))
@click.option("--fingerprint", help="As the member told it; needed the first time.")
def load(file: pathlib.Path, fingerprint: str | None) -> None:
    """Accept the descriptor of a member from FILE."""
    from django.utils import timezone

    from mithaq.apps.directory import actions
    from mithaq.core.directory import parse_fingerprint

    descriptor = actions.load(
        signed=file.read_bytes(),
        pinned=None if fingerprint is None else parse_fingerprint(fingerprint),
        by=context.OPERATOR,
        at=timezone.now(),
    )
    click.echo(f"{descriptor.bureau} {descriptor.names['en']}, descriptor {descriptor.serial}")


@directory.command(name="list")
@context.needs_node
@context.json_option
def list_(*, as_json: bool) -> None:
    """Show the members that this node knows."""
    from mithaq.apps.directory import queries

    rows: list[dict[str, object]] = [
        {"bureau": row.bureau, "serial": row.serial, "fingerprint": row.fingerprint}
        for row in queries.members()
    ]
    context.echo_rows(rows, as_json=as_json)
