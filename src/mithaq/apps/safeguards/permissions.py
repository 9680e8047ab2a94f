"""Who may look at a hold and decide it. Each rule is a pair: `check_…` raises, `may_…` tells."""

from __future__ import annotations

from mithaq.apps.people.models import Officer
from mithaq.apps.people.permissions import check_may_act, may_act
from mithaq.apps.safeguards.models import Hold
from mithaq.core.errors import MithaqError
from mithaq.core.workflow import HOLD, HoldAct, HoldState

DESK = "safeguards"
MAY_COUNT = frozenset({"data-protection-officer", "bureau-head", "auditor"})


class SameOfficer(MithaqError):
    """The one who prepared a disclosure may not decide about it."""

    code = "gate.same_officer"


def check_may_decide(*, officer: Officer, hold: Hold, act: HoldAct) -> None:
    """Refuse an officer without the roles of `act`, at the record's desk or at safeguards.

    Raises:
        PermissionDenied: none of the roles, or withdrawing what another prepared.
        SameOfficer: releasing or refusing what the officer prepared.
    """
    own = hold.requested_by_id == officer.pk
    if own and act is not HoldAct.WITHDRAW:
        raise SameOfficer
    roles = HOLD.row(HoldState.WAITING, act).roles
    if act is HoldAct.WITHDRAW and not own:
        roles = roles & {"shift-supervisor"}
    desk = hold.desk if may_act(officer=officer, desk=hold.desk, roles=roles) else DESK
    check_may_act(officer=officer, desk=desk, roles=roles)


def may_decide(*, officer: Officer, hold: Hold, act: HoldAct) -> bool:
    """Return whether `officer` may do `act` with `hold`."""
    try:
        check_may_decide(officer=officer, hold=hold, act=act)
    except MithaqError:
        return False
    return True


def may_see(*, officer: Officer, hold: Hold) -> bool:
    """Return whether `officer` prepared `hold` or may decide it."""
    return hold.requested_by_id == officer.pk or any(
        may_decide(officer=officer, hold=hold, act=act) for act in HoldAct
    )


def check_may_count(officer: Officer) -> None:
    """Refuse an officer who does not look after safeguards.

    Raises:
        PermissionDenied: none of `MAY_COUNT` at safeguards.
    """
    check_may_act(officer=officer, desk=DESK, roles=MAY_COUNT)


def may_count(officer: Officer) -> bool:
    """Return whether `officer` may see how often what was refused."""
    return may_act(officer=officer, desk=DESK, roles=MAY_COUNT)
