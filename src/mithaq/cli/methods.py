"""`mithaq methods …`: import, list, show, export and share criminal methods."""

from __future__ import annotations

import datetime as dt
import pathlib
import sys
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import click

from mithaq.cli import context, sentences
from mithaq.core import ids

if TYPE_CHECKING:
    from mithaq.apps.exchange.actions.submission import Outcome
    from mithaq.apps.methods.actions.importing import Imported
    from mithaq.core.formats.stix import Fault

FAULT = 1
DAYS = 5 * 365
_Command = TypeVar("_Command", bound=Callable[..., object])


def _as_officer(command: _Command) -> _Command:
    return click.option(
        "--as",
        "username",
        required=True,
        envvar="MITHAQ_OFFICER",
        help="User name of the officer who acts; MITHAQ_OFFICER says the same.",
    )(command)


@click.group()
def methods() -> None:
    """Import, list, show, export and share criminal methods."""


@methods.command(name="import")
@context.needs_node
@_as_officer
@click.argument("file", type=click.File("rb"))
@click.option("--handling", default="h0", show_default=True, help="Where the file says none.")
@click.option("--tlp", default="green", show_default=True, help="Where the file says none.")
@click.option("--source-grade", default="x", show_default=True, help="Where the file says none.")
@click.option(
    "--information-grade", default="4", show_default=True, help="Where the file says none."
)
@click.option("--retain-days", default=DAYS, show_default=True, type=click.IntRange(min=1))
@context.json_option
def import_(  # noqa: PLR0913 - one parameter for each option
    *,
    username: str,
    file: BinaryIO,
    handling: str,
    tlp: str,
    source_grade: str,
    information_grade: str,
    retain_days: int,
    as_json: bool,
) -> int:
    """Take in the methods of the STIX 2.1 bundle FILE (- for standard input), or nothing."""
    from django.utils import timezone

    from mithaq.apps.methods.actions import importing
    from mithaq.core.formats import stix

    terms = importing.Terms(
        handling=context.code("handling", handling),
        tlp=context.code("tlp", tlp),
        source_grade=context.code("source-grade", source_grade),
        information_grade=context.code("information-grade", information_grade),
        retention=dt.timedelta(days=retain_days),
    )
    try:
        done = importing.import_bundle(
            data=file.read(stix.MAX_FILE + 1),
            terms=terms,
            progress=_progress,
            by=context.officer(username),
            at=timezone.now(),
        )
    except stix.Refused as refused:
        return _tell_refused(refused.faults, as_json=as_json)
    _tell_imported(done, as_json=as_json)
    return 0


@methods.command(name="list")
@context.needs_node
@_as_officer
@click.option("--search", default="", help="Words in any language.")
@click.option("--offence", default="", help="Code of the list offence.")
@click.option("--stage", default="", help="Code of the list method-stage.")
@click.option("--own/--received", default=None, help="Only our own, or only received ones.")
@click.option("--size", default=50, show_default=True, type=click.IntRange(1, 200))
@click.option("--cursor", default="", help="Where the last page ended.")
@context.json_option
def list_(  # noqa: PLR0913 - one parameter for each option
    *,
    username: str,
    search: str,
    offence: str,
    stage: str,
    own: bool | None,
    size: int,
    cursor: str,
    as_json: bool,
) -> None:
    """List methods, those stored last first."""
    from django.utils import timezone

    from mithaq.apps.methods.actions import consulting
    from mithaq.apps.methods.queries import Filters

    page = consulting.search(
        filters=Filters(search=search, offence=offence, stage=stage, own=own),
        cursor=cursor,
        size=size,
        by=context.officer(username),
        at=timezone.now(),
    )
    rows: list[dict[str, object]] = [
        {"urn": row.urn, "version": row.version, "state": row.state, "title": row.title}
        for row in page.rows
    ]
    if as_json:
        context.echo_json({"methods": rows, "cursor": page.cursor})
        return
    context.echo_rows(rows, as_json=False)
    if page.cursor:
        click.echo(f"more: --cursor {page.cursor}")


@methods.command()
@context.needs_node
@_as_officer
@click.argument("urn")
def show(username: str, urn: str) -> None:
    """Show the method URN as JSON."""
    from django.utils import timezone

    from mithaq.apps.methods.actions import consulting

    row = consulting.consult(urn=urn, by=context.officer(username), at=timezone.now())
    context.echo_json(
        {
            "urn": row.urn,
            "version": row.version,
            "state": row.state,
            "retain_until": row.retain_until.isoformat(),
            "pact": row.pact,
            "purpose": row.purpose,
            "body": row.body,
        }
    )


@methods.command()
@context.needs_node
@_as_officer
@click.argument("file", type=click.Path(path_type=pathlib.Path, dir_okay=False))
@click.option("--search", default="", help="Only those with these words.")
@click.option("--offence", default="", help="Only those of this offence.")
def export(*, username: str, file: pathlib.Path, search: str, offence: str) -> None:
    """Write our own methods to FILE, a STIX 2.1 bundle; what is FILE already is replaced."""
    from django.utils import timezone

    from mithaq.apps.methods import queries
    from mithaq.apps.methods.actions import consulting
    from mithaq.core.formats import stix

    rows = consulting.export(
        filters=queries.Filters(search=search, offence=offence),
        by=context.officer(username),
        at=timezone.now(),
    )
    records = [queries.record_of(row) for row in rows]
    file.write_bytes(stix.write_bundle(records, key=uuid.uuid4()))
    click.echo(f"{file}: {len(records)} methods")


@methods.command()
@context.needs_node
@_as_officer
@click.argument("urn")
@click.option("--with", "audience", required=True, help="The bureau to share with, such as XB.")
@click.option("--pact", required=True, help="URN of the pact.")
@click.option("--purpose", default="share-method", show_default=True)
@click.option("--necessity", required=True, help="Why that bureau needs it.")
@click.option("--case", "case_reference", required=True, help="Reference of the case.")
@click.option("--urgency", default=None, help="Code of the list urgency.")
@context.json_option
def share(  # noqa: PLR0913 - one parameter for each option
    *,
    username: str,
    urn: str,
    audience: str,
    pact: str,
    purpose: str,
    necessity: str,
    case_reference: str,
    urgency: str | None,
    as_json: bool,
) -> int:
    """Share the method URN: it is accepted, held for a second officer, or refused (exit 1)."""
    from django.utils import timezone

    from mithaq.apps.exchange.actions import submission
    from mithaq.apps.methods.actions import sharing

    outcome = sharing.share(
        urn=urn,
        audience=ids.bureau(audience),
        pact_id=ids.urn(pact),
        reasons=sharing.Reasons(
            purpose=purpose,
            necessity=necessity,
            case_reference=case_reference,
            urgency=urgency,
        ),
        by=context.officer(username),
        at=timezone.now(),
    )
    if as_json:
        context.echo_json({name: _plain(value) for name, value in outcome.summary().items()})
    else:
        _tell_outcome(outcome)
    return FAULT if isinstance(outcome, submission.Refused) else 0


def _plain(value: object) -> object:
    return str(value) if isinstance(value, uuid.UUID) else value


def _tell_outcome(outcome: Outcome) -> None:
    from mithaq.apps.exchange.actions.submission import Accepted, Held

    match outcome:
        case Accepted(message_id=message_id):
            click.echo(f"accepted: message {message_id}")
        case Held(hold_id=hold_id, rules=rules):
            click.echo(f"held for a second officer: {hold_id}")
            for rule in rules:
                click.echo(f"  {sentences.ground(rule)}")
        case refused:
            where = f" (clause {refused.clause})" if refused.clause else ""
            click.echo(f"refused{where}: {sentences.ground(refused.ground)}")


def _progress(stage: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{stage}: {done} of {total}", err=True, nl=done == total)


def _tell_imported(done: Imported, *, as_json: bool) -> None:
    if as_json:
        context.echo_json(
            {
                "new": len(done.new),
                "changed": len(done.changed),
                "unchanged": done.unchanged,
                "left": [{"urn": one.urn, "reason": one.reason} for one in done.left],
                "passed_over": dict(done.passed_over),
            }
        )
        return
    click.echo(f"{len(done.new)} new, {len(done.changed)} changed, {done.unchanged} unchanged")
    for one in done.left:
        click.echo(f"left as it was ({one.reason}): {one.urn}")
    for kind, count in sorted(done.passed_over.items()):
        click.echo(f"passed over: {count} {kind}")


def _tell_refused(faults: tuple[Fault, ...], *, as_json: bool) -> int:
    if as_json:
        told = [
            {"code": one.code, "object": one.object_id, "field": one.field, "detail": one.detail}
            for one in faults
        ]
        context.echo_json({"refused": told})
        return FAULT
    click.echo("refused, nothing was imported:", err=True)
    for one in faults:
        click.echo(f"  {one} [{one.code}]", err=True)
    return FAULT
