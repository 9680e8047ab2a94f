"""The commands by which parties suspend, resume and end pacts."""

from __future__ import annotations

import datetime as dt
import pathlib
from collections.abc import Callable
from typing import TypeVar

import click

from mithaq.cli import context
from mithaq.cli.pacts import printing
from mithaq.cli.pacts.commands import EXISTING, FILE, now, pacts
from mithaq.core import ids

_Command = TypeVar("_Command", bound=Callable[..., object])


def notice_options(command: _Command) -> _Command:
    """Give a command what every notice needs: PACT, FILE, day, reason and its language."""
    for give in (
        click.option("--language", default="en", show_default=True, help="Of the reason."),
        click.option("--reason", default="", help="Why, for people, without personal data."),
        click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day it begins to hold."),
        click.argument("file", type=FILE),
        click.argument("pact"),
    ):
        command = give(command)
    return command


@pacts.command()
@context.needs_node
@notice_options
def suspend(
    *, pact: str, file: pathlib.Path, on: dt.datetime | None, reason: str, language: str
) -> None:
    """Suspend PACT for all its parties; write the notice for the others to FILE."""
    from mithaq.apps.pacts import actions

    _issue(actions.suspend, pact=pact, file=file, on=on, reason={language: reason})


@pacts.command()
@context.needs_node
@notice_options
def resume(
    *, pact: str, file: pathlib.Path, on: dt.datetime | None, reason: str, language: str
) -> None:
    """Take back this bureau's suspension of PACT; write the notice for the others to FILE."""
    from mithaq.apps.pacts import actions

    _issue(actions.resume, pact=pact, file=file, on=on, reason={language: reason})


@pacts.command()
@context.needs_node
@notice_options
@click.confirmation_option(prompt="A pact that has ended does not come back. Go on?")
def end(
    *, pact: str, file: pathlib.Path, on: dt.datetime | None, reason: str, language: str
) -> None:
    """End PACT for good and for all its parties; write the notice for the others to FILE."""
    from mithaq.apps.pacts import actions

    _issue(actions.end, pact=pact, file=file, on=on, reason={language: reason})


@pacts.command(name="apply")
@context.needs_node
@click.argument("file", type=EXISTING)
def apply_(file: pathlib.Path) -> None:
    """Accept the notice in FILE, by which another party suspends, resumes or ends a pact."""
    from mithaq.apps.pacts import actions

    at = now()
    pact = actions.apply_notice(signed=file.read_bytes(), by=context.OPERATOR, at=at)
    printing.echo_name(pact.terms)
    click.echo(f"stands now: {pact.standing(at).value}")


def _issue(
    act: Callable[..., bytes],
    *,
    pact: str,
    file: pathlib.Path,
    on: dt.datetime | None,
    reason: dict[str, str],
) -> None:
    """Issue the notice that `act` makes and write it to `file`; an empty reason is left out."""
    at = now()
    signed = act(
        pact_id=ids.urn(pact),
        reason={language: text for language, text in reason.items() if text},
        effective_at=_effective(on, at=at),
        by=context.OPERATOR,
        at=at,
    )
    file.write_bytes(signed)
    click.echo(f"counts here; send {file} to the other parties and to who relays")


def _effective(on: dt.datetime | None, *, at: dt.datetime) -> dt.datetime:
    """Return midnight UTC of the day, or now where that is past or no day is given."""
    return at if on is None else max(at, on.replace(tzinfo=dt.UTC))
