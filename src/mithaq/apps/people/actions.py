"""Changes to people, each with its journal entry in the same transaction."""

from __future__ import annotations

import base64
import datetime as dt
import secrets

from django.db import transaction

from mithaq.apps.journal import actions as journal
from mithaq.apps.people.models import Assignment, Officer, Token
from mithaq.apps.people.queries import token_digest

TOKEN_ENTROPY = 32  # bytes
PSEUDONYM_ENTROPY = 10  # bytes; 16 characters in base 32


@transaction.atomic
def enrol(*, username: str, name: str, language: str, by: str, at: dt.datetime) -> Officer:
    """Return a new officer, who holds no role and no password yet."""
    random = secrets.token_bytes(PSEUDONYM_ENTROPY)
    officer = Officer(
        username=username,
        name=name,
        language=language,
        pseudonym="o-" + base64.b32encode(random).decode("ascii").lower(),
    )
    officer.set_unusable_password()
    officer.save()
    journal.record(kind="officer-enrolled", actor=by, subject=officer.pseudonym, at=at)
    return officer


@transaction.atomic
def grant(*, officer: Officer, desk: str, role: str, by: str, at: dt.datetime) -> None:
    """Give `officer` the `role` at `desk`; nothing changes where it is held already."""
    _, created = Assignment.objects.get_or_create(officer=officer, desk=desk, role=role)
    if created:
        journal.record(
            kind="role-granted",
            actor=by,
            subject=officer.pseudonym,
            purpose=f"{desk}/{role}",
            at=at,
        )


@transaction.atomic
def remove(*, officer: Officer, desk: str, role: str, by: str, at: dt.datetime) -> None:
    """Take the `role` at `desk` from `officer`; nothing changes where it is not held."""
    deleted, _ = Assignment.objects.filter(officer=officer, desk=desk, role=role).delete()
    if deleted:
        journal.record(
            kind="role-removed",
            actor=by,
            subject=officer.pseudonym,
            purpose=f"{desk}/{role}",
            at=at,
        )


@transaction.atomic
def issue_token(
    *, officer: Officer, label: str, lifetime: dt.timedelta, by: str, at: dt.datetime
) -> str:
    """Return a new bearer token for `officer`; it is shown once, only its digest is kept."""
    token = secrets.token_urlsafe(TOKEN_ENTROPY)
    Token.objects.create(
        digest=token_digest(token),
        officer=officer,
        label=label,
        created_at=at,
        expires_at=at + lifetime,
    )
    journal.record(kind="token-issued", actor=by, subject=officer.pseudonym, at=at)
    return token


@transaction.atomic
def revoke_tokens(*, officer: Officer, by: str, at: dt.datetime) -> int:
    """Return how many tokens of `officer` were ended."""
    count, _ = Token.objects.filter(officer=officer).delete()
    if count:
        journal.record(kind="token-revoked", actor=by, subject=officer.pseudonym, at=at)
    return count
