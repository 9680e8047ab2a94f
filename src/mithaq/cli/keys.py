"""`mithaq keys …`: make, show, rotate and destroy the keys of a node."""

from __future__ import annotations

import datetime as dt

import click

from mithaq.cli import context

GRACE = 60  # days that a sealing key is kept after its time, for what arrives late


@click.group()
def keys() -> None:
    """Make, show, rotate and destroy the keys of a node."""


@keys.command()
@context.needs_node
def create() -> None:
    """Make the first keys of the node; an existing key file is never overwritten."""
    from django.utils import timezone

    from mithaq.apps.keys import actions

    actions.create_all(by=context.OPERATOR, at=timezone.now())
    click.echo("keys made; publish the descriptor next: mithaq directory publish")


@keys.command(name="list")
@context.needs_node
@context.json_option
def list_(*, as_json: bool) -> None:
    """Show the public half of every key, and when it may be used."""
    from mithaq.apps.keys.models import Key

    rows: list[dict[str, object]] = [
        {
            "kid": bytes(row.kid).hex(),
            "role": row.role,
            "algorithm": row.algorithm,
            "starts_at": row.starts_at.isoformat(),
            "ends_at": row.ends_at.isoformat(),
            "destroyed_at": None if row.destroyed_at is None else row.destroyed_at.isoformat(),
        }
        for row in Key.objects.order_by("role", "starts_at")
    ]
    context.echo_rows(rows, as_json=as_json)


@keys.command()
@context.needs_node
@click.argument("role", type=click.Choice(["authority", "node", "sealing", "journal", "storage"]))
def rotate(role: str) -> None:
    """Make a new key of ROLE beside the old one, which holds until its own time ends."""
    from django.utils import timezone

    from mithaq.apps.keys import actions
    from mithaq.core.keys import KeyRole

    actions.rotate(role=KeyRole(role), by=context.OPERATOR, at=timezone.now())
    click.echo("key made; publish the descriptor next: mithaq directory publish")


@keys.command()
@context.needs_node
@click.option("--grace", default=GRACE, show_default=True, help="Days after a key's time.")
@click.confirmation_option(prompt="What was sealed for these keys only stays sealed. Go on?")
def destroy(grace: int) -> None:
    """Destroy the sealing keys whose time ended long enough ago."""
    from django.utils import timezone

    from mithaq.apps.keys import actions

    count = actions.destroy_ended_sealing_keys(
        grace=dt.timedelta(days=grace), by=context.OPERATOR, at=timezone.now()
    )
    click.echo(f"destroyed: {count}")
