"""What an officer may do: roles at desks, default deny.

Each rule is a pair: `check_…` raises with the reason, `may_…` returns its truth.
"""

from __future__ import annotations

from collections.abc import Collection

from mithaq.apps.people.models import Officer
from mithaq.core.errors import MithaqError


class PermissionDenied(MithaqError):
    """The officer holds none of the roles that the act asks for."""

    code = "permission.denied"


def check_may_act(*, officer: Officer, desk: str, roles: Collection[str]) -> None:
    """Refuse an officer who holds none of `roles` at `desk`.

    Raises:
        PermissionDenied: no role, or the officer is no longer active.
    """
    if not may_act(officer=officer, desk=desk, roles=roles):
        raise PermissionDenied


def may_act(*, officer: Officer, desk: str, roles: Collection[str]) -> bool:
    """Return whether `officer` is active and holds one of `roles` at `desk`."""
    return any(officer.has_role(desk=desk, role=role) for role in roles)
