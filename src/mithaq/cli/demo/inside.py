"""What the demo does inside one node: functions for `shell.Shell.call`, JSON in, JSON out."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import json
import pathlib
import secrets
import uuid
from collections.abc import Mapping, Sequence

from django.utils import timezone

from mithaq.apps.directory import actions as directory
from mithaq.apps.directory import queries as directory_queries
from mithaq.apps.exchange import queries as exchange
from mithaq.apps.exchange.actions import clocks, sealing
from mithaq.apps.journal import queries as journal_queries
from mithaq.apps.journal.actions import log_key
from mithaq.apps.journal.models import Event
from mithaq.apps.keys import actions as keys
from mithaq.apps.keys import queries as keys_queries
from mithaq.apps.methods.actions import importing, sharing
from mithaq.apps.methods.models import Method
from mithaq.apps.pacts import actions as pacts
from mithaq.apps.pacts import queries as pacts_queries
from mithaq.apps.people import actions as people
from mithaq.apps.people import queries as people_queries
from mithaq.cli.context import OPERATOR
from mithaq.cli.journal import journal
from mithaq.core import cose, ids, resources
from mithaq.core import pacts as core_pacts
from mithaq.core.directory import parse_fingerprint
from mithaq.core.ids import KeyId
from mithaq.core.journal.proof import verify_entry
from mithaq.core.keys import KeyRole, KeyStore

TOKEN_LIFETIME = dt.timedelta(days=90)


def make_keys() -> None:
    """Make the keys of the node."""
    keys.create_all(by=OPERATOR, at=timezone.now())


def publish(*, kind: str, names: Mapping[str, str]) -> Mapping[str, str]:
    """Publish the descriptor; return it with its fingerprint."""
    signed = directory.publish(kind=kind, names=names, contacts=(), by=OPERATOR, at=timezone.now())
    fingerprint = directory_queries.fingerprint_of(keys_queries.me())
    return {"descriptor": _text(signed), "fingerprint": fingerprint}


def load_member(*, descriptor: str, fingerprint: str) -> None:
    """Accept a member under the fingerprint that it told."""
    directory.load(
        signed=_bytes(descriptor),
        pinned=parse_fingerprint(fingerprint),
        by=OPERATOR,
        at=timezone.now(),
    )


def draft_pact(*, name: str) -> Mapping[str, object]:
    """Draft the demo's pact `name` and sign it; return it with its parties."""
    at = timezone.now()
    content = resources.read_yaml("demo", "pacts", f"{name}.yaml")
    urn = ids.make_urn(
        bureau=keys_queries.me(),
        kind="pact",
        key=ids.uuid7(at=at, entropy=secrets.token_bytes(10)),
    )
    pact = core_pacts.draft(content=content, pact_id=urn, at=at)
    signed = pacts.sign_terms(terms=pact, by=OPERATOR, at=at)
    return {"pact": _text(signed), "parties": list(pact.parties), "id": pact.id}


def sign_pact(*, pact: str) -> str:
    """Add this bureau's signatures to a pact."""
    return _text(pacts.sign(signed=_bytes(pact), by=OPERATOR, at=timezone.now()))


def load_pact(*, pact: str) -> None:
    """Accept a pact that all its parties have signed."""
    pacts.load_pact(signed=_bytes(pact), by=OPERATOR, at=timezone.now())


def enrol(*, username: str, name: str, language: str, roles: Sequence[Sequence[str]]) -> str:
    """Enrol an officer with roles at desks; return a token."""
    at = timezone.now()
    officer = people.enrol(username=username, name=name, language=language, by=OPERATOR, at=at)
    for desk, role in roles:
        people.grant(officer=officer, desk=desk, role=role, by=OPERATOR, at=at)
    return people.issue_token(
        officer=officer, label="demo", lifetime=TOKEN_LIFETIME, by=OPERATOR, at=at
    )


def import_sample(*, username: str) -> Mapping[str, int]:
    """Import the demo's own methods for an officer."""
    return _import(resources.read_bytes("demo", "methods.json"), username=username)


def import_methods(*, path: str, username: str) -> Mapping[str, int]:
    """Import the STIX bundle at `path` for an officer; return what it did."""
    return _import(pathlib.Path(path).read_bytes(), username=username)


def _import(data: bytes, *, username: str) -> Mapping[str, int]:
    officer = people_queries.officer_named(username)
    if officer is None:
        raise LookupError(username)
    found = importing.import_bundle(data=data, by=officer, at=timezone.now())
    return {
        "new": len(found.new),
        "changed": len(found.changed),
        "unchanged": found.unchanged,
        "left": len(found.left),
    }


def sealed(*, message_id: str) -> str:
    """Return an envelope of the outbox, sealed as it is."""
    return _text(exchange.carried(uuid.UUID(message_id)))


def try_every_key(*, sealed: str) -> Mapping[str, int]:
    """Try to unwrap an envelope's content key with every key of this node that could."""
    message = cose.read_sign1(_bytes(sealed))
    encrypted = cose.read_encrypt(message.payload or b"")
    held = keys_queries.keystore()
    kids = [kid for role in (KeyRole.SEALING, KeyRole.STORAGE) for kid in held.kids(role)]
    opened = sum(_unwraps(encrypted, _Instead(held, kid)) for kid in kids)
    return {"keys": sum(len(held.kids(role)) for role in KeyRole), "opened": opened}


class _Instead:
    """A key store that uses one of its keys whatever key is asked for."""

    def __init__(self, held: KeyStore, kid: KeyId) -> None:
        self._held = held
        self._kid = kid

    def unseal(self, *, kid: KeyId, sealed: bytes, info: bytes) -> bytes:
        """Return what was sealed for any key, if this one opens it."""
        return self._held.unseal(kid=self._kid, sealed=sealed, info=info)


def _unwraps(encrypted: cose.Encrypted, keys: _Instead) -> bool:
    try:
        cose.unwrap_content_key(encrypted, keys=keys)
    except cose.CannotDecrypt:
        return False
    return True


def seal_unchecked(*, urn: str, audience: str, pact_id: str, purpose: str) -> str:
    """Do what a hostile node would: seal and queue with neither gate nor pact; return the id."""
    at = timezone.now()
    row = Method.objects.get(urn=urn)
    reasons = sharing.Reasons(
        purpose=purpose, necessity="not asked, not screened", case_reference="XA-2026-0000"
    )
    request = sharing.release(
        row, audience=ids.bureau(audience), pact_id=ids.urn(pact_id), reasons=reasons
    )
    pact = pacts_queries.signed_pact(pact_id=ids.urn(pact_id), at=at)
    agreed = sealing.Agreed(pact=pact, via=())
    ready = sealing.Ready(request=request, agreed=agreed, released_by="o-hostile")
    return str(sealing.seal_and_queue(ready=[ready], at=at)[0])


def verify_journal() -> Mapping[str, object]:
    """Run the command `mithaq journal verify` and return what it printed and how it ended."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            ended = journal.main(["verify", "--json"], standalone_mode=False)
        except SystemExit as end:
            ended = end.code
    return {"exit": ended or 0, "summary": json.loads(printed.getvalue())}


def prove_entries(*, subjects: Sequence[str]) -> Sequence[Mapping[str, str]]:
    """Return a stand-alone proof of every journal entry about one of `subjects`, oldest first.

    What waits for its position is given one first, as the worker does every few seconds.
    """
    clocks.sequence_journal(at=timezone.now())
    found = Event.objects.filter(subject__in=list(subjects)).order_by("id")
    return [
        {"kind": event.kind, "proof": _text(journal_queries.proof(event.id))} for event in found
    ]


def check_proofs(*, bureau: str, proofs: Sequence[str]) -> Sequence[str]:
    """Return the kinds of the entries that proofs of another bureau's journal open.

    The journal's key is the one that this node's directory has for that bureau.
    """
    at = timezone.now()
    member = directory_queries.descriptor(ids.bureau(bureau))
    keyring = directory_queries.keyring(at=at)
    public = keyring.journal(bureau=member.bureau, at=at)[0]
    key = log_key(public=public, origin=member.journal)
    return [verify_entry(_bytes(proof), key=key)[0].kind for proof in proofs]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
