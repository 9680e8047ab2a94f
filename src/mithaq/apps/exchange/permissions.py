"""Who may see the traffic of the bureau. Default deny; an administrator's role opens nothing."""

from __future__ import annotations

from mithaq.apps.people.models import Officer
from mithaq.apps.people.permissions import PermissionDenied

MAY_SEE_TRAFFIC = frozenset(
    {
        "duty-officer",
        "shift-supervisor",
        "second-officer",
        "methods-officer",
        "data-protection-officer",
    }
)


def check_may_see_traffic(officer: Officer) -> None:
    """Refuse an officer who works at no desk that sends or receives.

    Raises:
        PermissionDenied: the officer holds none of `MAY_SEE_TRAFFIC`.
    """
    if not may_see_traffic(officer):
        raise PermissionDenied


def may_see_traffic(officer: Officer) -> bool:
    """Return whether `officer` may see which envelopes left and arrived."""
    held = officer.assignments.filter(role__in=MAY_SEE_TRAFFIC)
    return officer.is_active and held.exists()
