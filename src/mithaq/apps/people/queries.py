"""Questions about people. Nothing here writes."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from django.http import HttpRequest

from mithaq.apps.people.models import Officer, Token
from mithaq.apps.people.permissions import PermissionDenied


def officer_for_token(*, token: str, at: dt.datetime) -> Officer | None:
    """Return the active officer for whom `token` speaks at `at`, or None."""
    found = (
        Token.objects.select_related("officer")
        .filter(
            digest=token_digest(token),
            created_at__lte=at,
            expires_at__gt=at,
            officer__is_active=True,
        )
        .first()
    )
    return None if found is None else found.officer


def token_digest(token: str) -> bytes:
    """Return the SHA-256 under which `token` is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def caller(request: HttpRequest) -> Officer:
    """Return the officer for whom an authenticated request speaks.

    Raises:
        PermissionDenied: nobody was authenticated.
    """
    found = getattr(request, "auth", None)
    if not isinstance(found, Officer):
        raise PermissionDenied
    return found


def officer(key: uuid.UUID) -> Officer | None:
    """Return the officer of that key, or None."""
    return Officer.objects.filter(pk=key).first()


def officer_named(username: str) -> Officer | None:
    """Return the active officer with that user name, or None."""
    return Officer.objects.filter(username=username, is_active=True).first()
