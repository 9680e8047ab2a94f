"""Moving methods through the states of their workflow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from mithaq.apps.keys import queries as keys
from mithaq.apps.methods.models import Method
from mithaq.core.ids import Urn
from mithaq.core.workflow import METHOD, MethodAct

_SHARING = [row for row in METHOD.transitions if row.act is MethodAct.SHARE]


@transaction.atomic
def mark_shared(*, urns: Sequence[Urn], at: dt.datetime) -> None:
    """Move methods of our own that left to the state that the table gives; others stay.

    The disclosure is journalled by the exchange, which seals them. A method that is shared
    already is not touched, so that many envelopes of one method do not wait for each other.
    """
    own = Method.objects.filter(urn__in=urns, origin=keys.me())
    for row in _SHARING:
        if row.source != row.target:
            own.filter(state=row.source).update(state=row.target)
