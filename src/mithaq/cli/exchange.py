"""`mithaq exchange …`: show the traffic, carry envelopes and receipts by hand."""

from __future__ import annotations

import pathlib
import uuid

import click

from mithaq.cli import context, sentences

FOUND_FAULT = 1
FILE = click.Path(path_type=pathlib.Path, dir_okay=False)


@click.group()
def exchange() -> None:
    """Show the traffic, carry envelopes and receipts by hand."""


@exchange.command()
@context.needs_node
@context.json_option
def counts(*, as_json: bool) -> None:
    """Count what left, passed through and arrived, by state."""
    from mithaq.apps.exchange import queries

    found = queries.by_state()
    if as_json:
        context.echo_json(dict(found))
        return
    for way, states in found.items():
        told = ", ".join(f"{state} {count}" for state, count in sorted(states.items()))
        click.echo(f"{way}: {told or 'nothing'}")


@exchange.command(name="export")
@context.needs_node
@click.argument("message_id", type=click.UUID)
@click.argument("file", type=FILE)
def export_(message_id: uuid.UUID, file: pathlib.Path) -> None:
    """Write a queued envelope to FILE, to be carried by hand."""
    from mithaq.apps.exchange import queries

    file.write_bytes(queries.carried(message_id))
    click.echo(f"{file}: take it to the other bureau; there: mithaq exchange import {file.name}")


@exchange.command(name="import")
@context.needs_node
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=pathlib.Path))
@click.option("--receipts", type=FILE, help="Where to write the receipts to take back.")
def import_(files: tuple[pathlib.Path, ...], receipts: pathlib.Path | None) -> int:
    """Take in envelopes that were carried by hand, with the checks of the wire."""
    from django.utils import timezone

    from mithaq.apps.exchange.actions import arrivals, opening
    from mithaq.core.envelope import batch

    at = timezone.now()
    envelopes = [file.read_bytes() for file in files]
    arrivals.take_in(envelopes=envelopes, at=at)
    opening.open_waiting(at=at)
    answers = arrivals.take_in(envelopes=envelopes, at=at)  # again: with every receipt earned
    for file, answer in zip(files, answers.items, strict=True):
        click.echo(f"{file}: {sentences.ground(answer.fault) if answer.fault else 'taken'}")
    if receipts is not None:
        bodies = [body for answer in answers.items for body in answer.receipts]
        receipts.write_bytes(batch.write_batch(bodies))
    return FOUND_FAULT if any(answer.fault for answer in answers.items) else 0


@exchange.command(name="take-receipts")
@context.needs_node
@click.argument("file", type=click.Path(path_type=pathlib.Path, exists=True))
def take_receipts(file: pathlib.Path) -> int:
    """Take the receipts that were carried back."""
    from django.utils import timezone

    from mithaq.apps.exchange.actions import receipts
    from mithaq.core.envelope import batch

    taken = receipts.take(bodies=batch.read_batch(file.read_bytes()), at=timezone.now())
    faults = taken.faults
    click.echo(f"taken {faults.count('')}, refused {len(faults) - faults.count('')}")
    return FOUND_FAULT if any(faults) else 0
