"""Moving methods through the states of their workflow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from mithaq.apps.methods import queries
from mithaq.apps.methods.models import Method
from mithaq.core.ids import Urn
from mithaq.core.workflow import METHOD, MethodAct, MethodState


@transaction.atomic
def mark_shared(*, urns: Sequence[Urn], at: dt.datetime) -> None:
    """Move methods of our own that left to the state that the table gives; others stay.

    The exchange calls it, in the transaction that seals them and journals the disclosure.
    """
    found = Method.objects.select_for_update().filter(urn__in=urns).only("id", "state", "origin")
    for row in found.order_by("id"):
        if queries.is_own(row) and METHOD.allows(MethodState(row.state), MethodAct.SHARE):
            state = METHOD.next(MethodState(row.state), MethodAct.SHARE)
            Method.objects.filter(pk=row.pk).exclude(state=state).update(state=state)
