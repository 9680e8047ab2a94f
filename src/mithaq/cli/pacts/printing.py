"""How pacts and decisions are printed at a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from mithaq.cli import context, sentences
from mithaq.core.codes import CodeList, codelist
from mithaq.core.pacts import Allow, Codes, Decision, Pact, Parameter, Refuse, SignedPact, Standing

if TYPE_CHECKING:
    from mithaq.apps.pacts.models import Pact as PactRow

REFUSED = 1  # exit code


def facts(terms: Pact) -> dict[str, object]:
    """Return what stands outside the clauses, title in the caller's language."""
    ends_at = terms.validity.ends_at
    return {
        "pact": terms.id,
        "version": terms.version,
        "hash": terms.hash.hex(),
        "title": terms.title.get(sentences.language(), next(iter(terms.title.values()))),
        "parties": list(terms.parties),
        "starts_at": terms.validity.starts_at.isoformat(),
        "ends_at": None if ends_at is None else ends_at.isoformat(),
    }


def row(accepted: PactRow, *, at: dt.datetime) -> dict[str, object]:
    """Return what is listed of a version, with its state at `at`."""
    from mithaq.apps.pacts import queries

    pact = queries.version_of(pact_id=accepted.urn, version=accepted.version)
    counts = queries.signed_pact(pact_id=accepted.urn, at=at).version == accepted.version
    return {
        "pact": accepted.urn,
        "version": accepted.version,
        "parties": ",".join(accepted.parties),
        "starts_at": accepted.starts_at.isoformat(),
        "ends_at": None if accepted.ends_at is None else accepted.ends_at.isoformat(),
        "state": _state(pact, at=at) if counts else "superseded",
    }


def _state(pact: SignedPact, *, at: dt.datetime) -> str:
    if at < pact.terms.validity.starts_at:
        return "not yet in force"
    if not pact.terms.validity.contains(at):
        return Standing.ENDED.value
    standing = pact.standing(at)
    return "in force" if standing is Standing.STANDING else standing.value


def words(parameters: Mapping[str, Parameter]) -> dict[str, object]:
    """Return the parameters of a clause, codes as labels in the caller's language."""
    return {name: _word(value) for name, value in parameters.items()}


def _word(value: Parameter) -> object:
    match value:
        case Codes(list=name, codes=found):
            labels = codelist(name)
            return [_label(labels, code) for code in found]
        case tuple():
            return list(value)
        case dt.datetime():
            return value.isoformat()
        case _:
            return value


def echo_name(terms: Pact) -> None:
    """Print by what a pact is known."""
    click.echo(f"{terms.id} version {terms.version} of {', '.join(terms.parties)}")
    click.echo(f"hash {terms.hash.hex()}")


def echo_decision(decision: Decision, *, as_json: bool) -> None:
    """Print a decision and end the command with exit code 1 if it is a refusal."""
    if as_json:
        context.echo_json(_answer(decision))
    elif isinstance(decision, Allow):
        click.echo(f"allowed by {', '.join(decision.refs)}")
    else:
        where = f" (clause {decision.clause})" if decision.clause else ""
        click.echo(f"refused{where}: {sentences.ground(decision.code)}")
    if isinstance(decision, Refuse):
        click.get_current_context().exit(REFUSED)


def _answer(decision: Decision) -> dict[str, object]:
    match decision:
        case Allow(refs=refs):
            return {"allowed": True, "clauses": list(refs)}
        case Refuse(code=code, clause=clause):
            return {"allowed": False, "code": code, "clause": clause}


def _label(labels: CodeList, code: str) -> str:
    return labels.label(code, sentences.language()) if code in labels else code
