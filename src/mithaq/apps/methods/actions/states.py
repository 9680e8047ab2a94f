"""Moving methods through the states of their workflow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from mithaq.apps.keys import queries as keys
from mithaq.apps.methods import queries
from mithaq.apps.methods.actions.receiving import Recalled
from mithaq.apps.methods.models import Method
from mithaq.core.ids import Urn
from mithaq.core.workflow import METHOD, MethodAct, MethodState, ReceivedMethodState

_SHARING = [row for row in METHOD.transitions if row.act is MethodAct.SHARE]
_STAYING = (
    *(state for state in MethodState if not METHOD.allows(state, MethodAct.SHARE)),
    ReceivedMethodState.RECALLED,
)


def check_may_leave(row: Method) -> None:
    """Refuse a method that does not leave in its present state.

    Raises:
        NotAllowed: it is our own, and a draft or withdrawn.
        Recalled: its origin recalled it.
    """
    if queries.is_own(row):
        METHOD.row(MethodState(row.state), MethodAct.SHARE)
    elif row.state == ReceivedMethodState.RECALLED:
        raise Recalled


@transaction.atomic
def mark_shared(*, urns: Sequence[Urn], at: dt.datetime) -> None:
    """Move methods of our own that leave to the state that the table gives; others stay.

    A release can wait for a second officer for days, so the state is asked again here, in the
    transaction that seals.

    The disclosure is journalled by the exchange, which seals them. A method that is shared
    already is not touched, so that many envelopes of one method do not wait for each other.

    Raises:
        NotAllowed: a method is a draft, or withdrawn; nothing is sealed.
        Recalled: its origin recalled it; nothing is sealed.
    """
    staying = Method.objects.filter(urn__in=urns, state__in=_STAYING).only("origin", "state")
    for method in staying:
        check_may_leave(method)
    own = Method.objects.filter(urn__in=urns, origin=keys.me())
    for row in _SHARING:
        if row.source != row.target:
            own.filter(state=row.source).update(state=row.target)
