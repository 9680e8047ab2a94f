"""`mithaq people …`: enrol officers, grant roles, issue tokens."""

from __future__ import annotations

import datetime as dt

import click

from mithaq.cli import context

OPERATOR = "operator"
TOKEN_DAYS = 90


@click.group()
def people() -> None:
    """Enrol officers, grant roles, issue tokens."""


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
    officer = actions.enrol(username=username, name=name, language=language, by=OPERATOR, at=at)
    for pair in roles:
        desk, _, role = pair.partition(":")
        actions.grant(officer=officer, desk=desk, role=role, by=OPERATOR, at=at)
    click.echo(officer.pseudonym)


@people.command()
@context.needs_node
@click.argument("username")
@click.option("--label", default="national system", show_default=True)
@click.option("--days", default=TOKEN_DAYS, show_default=True, help="How long the token holds.")
def token(username: str, label: str, days: int) -> None:
    """Issue a token with which a national system acts for USERNAME; it is shown once."""
    from django.utils import timezone

    from mithaq.apps.people import actions, queries

    officer = queries.officer_named(username)
    if officer is None:
        raise click.UsageError(f"no active officer is called {username}")
    lifetime = dt.timedelta(days=days)
    click.echo(
        actions.issue_token(
            officer=officer, label=label, lifetime=lifetime, by=OPERATOR, at=timezone.now()
        )
    )
