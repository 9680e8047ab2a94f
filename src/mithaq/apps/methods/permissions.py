"""Who may do what with methods: roles at the methods desk, default deny.

The administrator's role opens nothing. Who may change or share is written in the workflow table.
"""

from __future__ import annotations

from mithaq.apps.methods.models import DESK
from mithaq.apps.people.models import Officer
from mithaq.apps.people.permissions import check_may_act, may_act
from mithaq.core.workflow import METHOD, MethodAct, MethodState

MAY_CHANGE = METHOD.row(MethodState.READY, MethodAct.REVISE).roles
MAY_SHARE = METHOD.row(MethodState.READY, MethodAct.SHARE).roles
MAY_READ = MAY_CHANGE | MAY_SHARE | {"second-officer", "shift-supervisor"}


def check_may_read(officer: Officer) -> None:
    """Refuse an officer who may not see methods.

    Raises:
        PermissionDenied: none of `MAY_READ` at the methods desk.
    """
    check_may_act(officer=officer, desk=DESK, roles=MAY_READ)


def may_read(officer: Officer) -> bool:
    """Return whether `officer` may see methods."""
    return may_act(officer=officer, desk=DESK, roles=MAY_READ)


def check_may_change(officer: Officer) -> None:
    """Refuse an officer who may not write or import methods.

    Raises:
        PermissionDenied: none of `MAY_CHANGE` at the methods desk.
    """
    check_may_act(officer=officer, desk=DESK, roles=MAY_CHANGE)


def may_change(officer: Officer) -> bool:
    """Return whether `officer` may write or import methods."""
    return may_act(officer=officer, desk=DESK, roles=MAY_CHANGE)


def check_may_share(officer: Officer) -> None:
    """Refuse an officer who may not send methods to other bureaus.

    Raises:
        PermissionDenied: none of `MAY_SHARE` at the methods desk.
    """
    check_may_act(officer=officer, desk=DESK, roles=MAY_SHARE)


def may_share(officer: Officer) -> bool:
    """Return whether `officer` may send methods to other bureaus."""
    return may_act(officer=officer, desk=DESK, roles=MAY_SHARE)
