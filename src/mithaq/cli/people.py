"""`mithaq people …`: enrol officers, grant roles, issue and end tokens."""

from __future__ import annotations

import datetime as dt

import click

from mithaq.cli import context

TOKEN_DAYS = 90


@click.group()
def people() -> None:
    """Enrol officers, grant roles, issue and end tokens."""


@people.command()
@context.needs_node
@click.argument("username")
@click.option("--name", default="", help="Shown at this bureau only; it never leaves.")
@click.option("--language", default="ar", show_default=True)
@click.option("--role", "roles", multiple=True, help="desk:role, such as methods:methods-officer.")
def enrol(*, username: str, name: str, language: str, roles: tuple[str, ...]) -> None:
    """Enrol an officer and grant roles at desks."""
    from django.utils import timezone

    from mithaq.apps.people import actions

    at = timezone.now()
    wanted = [_assignment(pair) for pair in roles]
    officer = actions.enrol(
        username=username, name=name, language=language, by=context.OPERATOR, at=at
    )
    for desk, role in wanted:
        actions.grant(officer=officer, desk=desk, role=role, by=context.OPERATOR, at=at)
    click.echo(officer.pseudonym)


@people.command()
@context.needs_node
@click.argument("username")
@click.option("--label", default="national system", show_default=True)
@click.option("--days", default=TOKEN_DAYS, show_default=True, help="How long the token holds.")
def token(username: str, label: str, days: int) -> None:
    """Issue a token with which a national system acts for USERNAME; it is shown once."""
    from django.utils import timezone

    from mithaq.apps.people import actions

    click.echo(
        actions.issue_token(
            officer=context.officer(username),
            label=label,
            lifetime=dt.timedelta(days=days),
            by=context.OPERATOR,
            at=timezone.now(),
        )
    )


@people.command()
@context.needs_node
@click.argument("username")
def revoke(username: str) -> None:
    """End every token of USERNAME at once."""
    from django.utils import timezone

    from mithaq.apps.people import actions

    count = actions.revoke_tokens(
        officer=context.officer(username), by=context.OPERATOR, at=timezone.now()
    )
    click.echo(f"tokens ended: {count}")


def _assignment(pair: str) -> tuple[str, str]:
    desk, _, role = pair.partition(":")
    return context.code("desk", desk), context.code("officer-role", role)
