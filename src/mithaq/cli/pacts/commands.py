"""The group `pacts` and the commands about pacts themselves."""

from __future__ import annotations

import datetime as dt
import pathlib
import secrets

import click

from mithaq.cli import context
from mithaq.cli.pacts import printing
from mithaq.core import ids, resources
from mithaq.core.ids import Urn
from mithaq.core.pacts import (
    MalformedPact,
    Pact,
    Passage,
    decide,
    draft,
    read,
    unverified_terms,
    walk,
)

FILE = click.Path(path_type=pathlib.Path, dir_okay=False)
EXISTING = click.Path(path_type=pathlib.Path, dir_okay=False, exists=True)


@click.group()
def pacts() -> None:
    """Draft, sign, load and show pacts; suspend, resume and end them."""


@pacts.command(name="draft")
@context.needs_node
@click.argument("source", type=EXISTING)
@click.argument("file", type=FILE)
@click.option("--id", "pact_id", help="URN of a pact of which this is a new version.")
def draft_(source: pathlib.Path, file: pathlib.Path, pact_id: str | None) -> None:
    """Turn the YAML draft SOURCE into a pact in canonical form and write it to FILE."""
    content = resources.parse_yaml(source.read_bytes(), where=source.name)
    at = now()
    terms = draft(content=content, pact_id=ids.urn(pact_id) if pact_id else _new_urn(at), at=at)
    file.write_bytes(terms.data)
    printing.echo_name(terms)


@pacts.command()
@context.needs_node
@click.argument("file", type=EXISTING)
@click.argument("signed", type=FILE)
def sign(file: pathlib.Path, signed: pathlib.Path) -> None:
    """Sign the pact in FILE for this bureau and write it to SIGNED, for the next party.

    FILE is a pact in canonical form, or one that others have signed already. Read it first:
    mithaq pacts show FILE.
    """
    from mithaq.apps.pacts import actions

    data = file.read_bytes()
    terms, has_signatures = _terms(data)
    if has_signatures:
        signed.write_bytes(actions.sign(signed=data, by=context.OPERATOR, at=now()))
    else:
        signed.write_bytes(actions.sign_terms(terms=terms, by=context.OPERATOR, at=now()))
    printing.echo_name(terms)


@pacts.command()
@context.needs_node
@click.argument("file", type=EXISTING)
def load(file: pathlib.Path) -> None:
    """Accept the pact in FILE, which every party has signed: from now on it counts here."""
    from mithaq.apps.pacts import actions

    pact = actions.load_pact(signed=file.read_bytes(), by=context.OPERATOR, at=now())
    printing.echo_name(pact.terms)


@pacts.command(name="list")
@context.needs_node
@context.json_option
def list_(*, as_json: bool) -> None:
    """Show every version of every pact that this node has accepted."""
    from mithaq.apps.pacts import queries

    at = now()
    context.echo_rows([printing.row(row, at=at) for row in queries.rows()], as_json=as_json)


@pacts.command()
@context.needs_node
@click.argument("pact")
@context.json_option
def show(*, pact: str, as_json: bool) -> None:
    """Show what PACT says: the URN of a pact that was accepted here, or a file."""
    terms = _found(pact)
    rows: list[dict[str, object]] = [
        {"ref": clause.ref, "type": clause.type, **printing.words(clause.describe().parameters)}
        for clause in walk(terms.clauses)
    ]
    if as_json:
        context.echo_json({**printing.facts(terms), "clauses": rows})
        return
    for name, value in printing.facts(terms).items():
        click.echo(f"{name}: {value}")
    context.echo_rows(rows, as_json=False)


@pacts.command(name="decide")
@context.needs_node
@click.argument("pact")
@click.option("--from", "issuer", required=True, help="Bureau that sends.")
@click.option("--to", "audience", required=True, help="Bureau that receives.")
@click.option("--purpose", required=True, help="List purpose.")
@click.option("--kind", default="method", show_default=True, help="List record-kind.")
@click.option("--handling", default="h0", show_default=True, help="List handling.")
@click.option("--tlp", default="", help="List tlp.")
@click.option("--offence", multiple=True, help="List offence; may be given again.")
@click.option("--person", multiple=True, help="List person-category; may be given again.")
@click.option("--via", multiple=True, help="Bureau that relays; may be given again.")
@click.option("--days", default=365, show_default=True, help="Days that the record is kept.")
@context.json_option
def decide_(
    *,
    pact: str,
    via: tuple[str, ...],
    offence: tuple[str, ...],
    person: tuple[str, ...],
    days: int,
    as_json: bool,
    **words: str,
) -> None:
    """Try out whether a record may pass under PACT now; exit code 1 where it may not."""
    from mithaq.apps.pacts import queries

    at = now()
    passage = Passage(
        issuer=ids.bureau(words["issuer"]),
        audience=ids.bureau(words["audience"]),
        purpose=words["purpose"],
        kind=words["kind"],
        handling=words["handling"],
        tlp=words["tlp"],
        via=tuple(ids.bureau(name) for name in via),
        offences=frozenset(offence),
        person_categories=frozenset(person),
        retain_until=at + dt.timedelta(days=days),
        sent_at=at,
    )
    found = queries.signed_pact(pact_id=ids.urn(pact), at=at)
    printing.echo_decision(decide(pact=found, passage=passage, at=at), as_json=as_json)


def now() -> dt.datetime:
    """Return the instant of the command."""
    from django.utils import timezone

    return timezone.now()


def _new_urn(at: dt.datetime) -> Urn:
    from mithaq.apps.keys import queries as keys

    key = ids.uuid7(at=at, entropy=secrets.token_bytes(10))
    return ids.make_urn(bureau=keys.me(), kind="pact", key=key)


def _terms(data: bytes) -> tuple[Pact, bool]:
    """Return what a file says and whether it bears signatures, which are not verified."""
    try:
        return unverified_terms(data), True
    except MalformedPact:
        return read(data), False


def _found(name: str) -> Pact:
    """Return the terms of an accepted pact, or those in a file, whoever has signed it."""
    from mithaq.apps.pacts import queries

    if name.startswith("urn:"):
        return queries.signed_pact(pact_id=ids.urn(name), at=now()).terms
    path = pathlib.Path(name)
    if not path.is_file():
        raise click.BadParameter(f"{name} is neither a URN nor a file", param_hint="PACT")
    return _terms(path.read_bytes())[0]
