"""Questions about holds and refusals. Nothing here writes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Count

from mithaq.apps.people.models import Officer
from mithaq.apps.safeguards.models import Hold, Refusal
from mithaq.apps.safeguards.permissions import check_may_decide, may_decide, may_see
from mithaq.core.errors import MithaqError
from mithaq.core.workflow import HOLD, HoldAct, HoldState


class HoldUnknown(MithaqError):
    """No such hold, or not for the one who asks: the answer is the same."""

    code = "gate.hold_unknown"


def hold_for(*, officer: Officer, hold: uuid.UUID) -> Hold:
    """Return the hold, if `officer` may see it.

    Raises:
        HoldUnknown: there is none, or it is none of the officer's concern.
    """
    found = Hold.objects.select_related("requested_by").filter(pk=hold).first()
    if found is None or not may_see(officer=officer, hold=found):
        raise HoldUnknown
    return found


def hold_to_decide(*, officer: Officer, hold: uuid.UUID, act: HoldAct) -> Hold:
    """Return the hold, if `officer` may do `act` with it now.

    Raises:
        HoldUnknown: there is none, or it is none of the officer's concern.
        SameOfficer, PermissionDenied: the officer may not do `act`.
        NotAllowed: it is decided already.
    """
    found = hold_for(officer=officer, hold=hold)
    check_may_decide(officer=officer, hold=found, act=act)
    HOLD.next(HoldState(found.state), act)
    return found


def waiting(*, officer: Officer) -> Sequence[Hold]:
    """Return what waits for `officer` to release or refuse, the oldest first."""
    found = Hold.objects.filter(state=HoldState.WAITING.value).defer("release")
    return [
        hold
        for hold in found.order_by("requested_at", "pk")
        if may_decide(officer=officer, hold=hold, act=HoldAct.RELEASE)
    ]


def refusals_by_ground(*, since: dt.datetime, until: dt.datetime) -> Mapping[tuple[str, str], int]:
    """Return how often each (stage, ground) refused something, `since` ≤ at < `until`."""
    rows = (
        Refusal.objects.filter(at__gte=since, at__lt=until)
        .values_list("stage", "ground")
        .annotate(times=Count("pk"))
        .order_by("stage", "ground")
    )
    return {(stage, ground): times for stage, ground, times in rows}
