"""`mithaq journal …`: verify the journal, prove an entry, export it for others."""

from __future__ import annotations

import pathlib
import uuid
from collections.abc import Mapping, Sequence
from time import monotonic

import click

from mithaq.cli import context
from mithaq.core.journal import proof as proofs
from mithaq.core.journal.audit import Fault, Report
from mithaq.core.journal.errors import JournalError
from mithaq.core.journal.note import VerifierKey
from mithaq.site import node as nodes

FOUND_FAULT = 1
FOLDER = click.Path(path_type=pathlib.Path, file_okay=False)
FILE = click.Path(path_type=pathlib.Path, dir_okay=False)
EXISTING_FILE = click.Path(path_type=pathlib.Path, dir_okay=False, exists=True)


class KeyType(click.ParamType[VerifierKey]):
    """A verifier key, name+id+key, as C2SP writes it."""

    name = "vkey"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> VerifierKey:
        """Return the key of a text."""
        try:
            return VerifierKey.from_text(str(value))
        except JournalError as fault:
            self.fail(fault.detail, param, ctx)


keys_option = click.option(
    "--key", "keys", multiple=True, type=KeyType(), help="Key that signs the journal."
)
witnesses_option = click.option(
    "--witness", "witnesses", multiple=True, type=KeyType(), help="Key of a witness to believe."
)
quorum_option = click.option(
    "--quorum", default=0, show_default=True, type=click.IntRange(min=0), help="Witnesses needed."
)


@click.group()
def journal() -> None:
    """Verify the journal, prove an entry, export it for others."""


@journal.command()
@click.option(
    "--node", "folder", envvar=nodes.VARIABLE, type=FOLDER, help="Folder of the node to verify."
)
@click.option("--tiles", type=FOLDER, help="Verify an exported folder; no node is needed.")
@click.option(
    "--against",
    multiple=True,
    type=EXISTING_FILE,
    help="Signed checkpoint of this journal that somebody else kept.",
)
@keys_option
@witnesses_option
@quorum_option
@context.json_option
def verify(
    *,
    folder: pathlib.Path | None,
    tiles: pathlib.Path | None,
    against: tuple[pathlib.Path, ...],
    keys: tuple[VerifierKey, ...],
    witnesses: tuple[VerifierKey, ...],
    quorum: int,
    as_json: bool,
) -> int:
    """Check every entry, the tree over them and all that was signed; say where it fails."""
    elsewhere = [path.read_bytes() for path in against]
    started_at = monotonic()
    if tiles is not None:
        from mithaq.cli.journal import offline

        if not keys:
            raise click.UsageError("--tiles needs --key")
        report = offline.audit(
            folder=tiles, keys=keys, witnesses=witnesses, quorum=quorum, elsewhere=elsewhere
        )
    elif folder is not None:
        report = _audit_node(folder, keys=keys, witnesses=witnesses, elsewhere=elsewhere)
    else:
        raise click.UsageError(f"name a node with --node or {nodes.VARIABLE}, or use --tiles")
    _print(report, seconds=monotonic() - started_at, as_json=as_json)
    return 0 if report.holds else FOUND_FAULT


def _audit_node(
    folder: pathlib.Path,
    *,
    keys: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey],
    elsewhere: Sequence[bytes],
) -> Report:
    context.set_up_django(folder)
    from django.conf import settings

    from mithaq.apps.journal import queries
    from mithaq.apps.journal.queries import Trust

    trust = Trust(keys=keys or _own_keys(), witnesses=witnesses, elsewhere=elsewhere)
    return queries.audit(trust=trust, folder=settings.MITHAQ_FILES)


def _own_keys() -> list[VerifierKey]:
    """Return every key with which this node's journal was or is signed."""
    from mithaq.apps.journal import actions
    from mithaq.apps.keys import queries as own
    from mithaq.apps.keys.models import Key
    from mithaq.core.cose import Algorithm, PublicKey
    from mithaq.core.keys import KeyRole

    rows = Key.objects.filter(role=KeyRole.JOURNAL).order_by("-starts_at")
    publics = [PublicKey(alg=Algorithm(row.algorithm), raw=bytes(row.public)) for row in rows]
    return [actions.log_key(public=public, origin=own.journal_origin()) for public in publics]


def _print(report: Report, *, seconds: float, as_json: bool) -> None:
    if as_json:
        context.echo_json(_facts(report, seconds=seconds))
        return
    for fault in report.faults:
        click.echo(_line(fault))
    if report.fault_count > len(report.faults):
        click.echo(f"… {report.fault_count - len(report.faults)} more")
    verdict = "holds" if report.holds else f"does not hold: {report.fault_count} faults"
    click.echo(
        f"the journal {verdict}; {report.size} entries ({report.kept} kept, {report.erased} erased),"
        f" {report.statements} signed states, {seconds:.1f} s"
    )


def _line(fault: Fault) -> str:
    where = "" if fault.position is None else f" position {fault.position}"
    event = "" if fault.event_id is None else f" event {fault.event_id}"
    return f"[{fault.code}]{where}{event}: {fault.detail}"


def _facts(report: Report, *, seconds: float) -> Mapping[str, object]:
    return {
        "ok": report.holds,
        "size": report.size,
        "root": report.root.hex(),
        "kept": report.kept,
        "erased": report.erased,
        "signed_states": report.statements,
        "seconds": round(seconds, 3),
        "fault_count": report.fault_count,
        "faults": [_fault_facts(fault) for fault in report.faults],
    }


def _fault_facts(fault: Fault) -> Mapping[str, object]:
    return {
        "code": fault.code,
        "position": fault.position,
        "event": None if fault.event_id is None else str(fault.event_id),
        "detail": fault.detail,
    }


@journal.command()
@context.needs_node
@click.argument("entry", type=click.UUID)
@click.argument("file", type=FILE)
def prove(*, entry: uuid.UUID, file: pathlib.Path) -> None:
    """Write to FILE a proof that ENTRY stands in the journal; it can be checked anywhere.

    The proof shows what the entry says, unless it was erased.
    """
    from mithaq.apps.journal import queries

    file.write_bytes(queries.proof(entry))
    click.echo(f"{file}: check it with mithaq journal check {file} --key VKEY")


@journal.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--key", required=True, type=KeyType(), help="Key that signs the journal.")
@witnesses_option
@quorum_option
@context.json_option
def check(
    *,
    file: pathlib.Path,
    key: VerifierKey,
    witnesses: tuple[VerifierKey, ...],
    quorum: int,
    as_json: bool,
) -> None:
    """Check the proof in FILE, without any node, and show the entry that it opens."""
    entry, shown = proofs.verify_entry(
        file.read_bytes(), key=key, witnesses=witnesses, quorum=quorum
    )
    checkpoint = shown.signed.checkpoint
    facts = {
        "ok": True,
        "log": checkpoint.origin,
        "size": checkpoint.size,
        "position": shown.index,
        "witnesses": [cosignature.witness for cosignature in shown.signed.cosignatures],
        "entry": str(entry.id),
        "kind": entry.kind,
        "actor": entry.actor,
        "subject": entry.subject,
        "purpose": entry.purpose,
        "pact": entry.pact,
        "peer": entry.peer,
        "at": entry.at.isoformat(),
    }
    if as_json:
        context.echo_json(facts)
    else:
        click.echo("\n".join(f"{name:10}{value}" for name, value in facts.items()))


@journal.command()
@context.needs_node
def key() -> None:
    """Print the keys that verify this node's journal, the newest first."""
    for own in _own_keys():
        click.echo(own.to_text())


@journal.command()
@context.needs_node
@click.argument("folder", type=FOLDER)
def export(*, folder: pathlib.Path) -> int:
    """Write the journal's commitments, hashes and last checkpoint as files into FOLDER."""
    from mithaq.apps.journal import queries
    from mithaq.cli.journal import tiles

    state = queries.latest_checkpoint()
    if state is None:
        click.echo("nothing was signed yet", err=True)
        return FOUND_FAULT
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True)
    signed = queries.signed_with_cosignatures(state)
    tiles.export(folder=folder, leaves=queries.commitments(), size=state.size, signed=signed)
    click.echo(f"{state.size} entries in {folder}")
    return 0
