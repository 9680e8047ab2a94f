"""Looking at methods: who looked at what is journalled, as for every record of police.

Source: Directive (EU) 2016/680, article 25 (logs of consultation).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mithaq.apps.journal import actions as journal
from mithaq.apps.methods import queries
from mithaq.apps.methods.models import DESK, Method
from mithaq.apps.methods.queries import Filters, Page
from mithaq.apps.people.models import Officer


@transaction.atomic
def consult(*, urn: str, by: Officer, at: dt.datetime) -> Method:
    """Return the method `urn` and note that `by` looked at it.

    Raises:
        NotFound: it is absent or not for this officer.
    """
    row = queries.method_for(officer=by, urn=urn)
    journal.record(kind="record-consulted", actor=by.pseudonym, subject=row.urn, at=at)
    return row


@transaction.atomic
def search(
    *,
    by: Officer,
    at: dt.datetime,
    filters: Filters | None = None,
    cursor: str = "",
    size: int = queries.PAGE,
) -> Page:
    """Return a page of methods and note that `by` searched, without the words searched for.

    Raises:
        PermissionDenied: the officer may not see methods.
        BadCursor: `cursor` is not one of a former page.
    """
    page = queries.listed(officer=by, filters=filters, cursor=cursor, size=size)
    journal.record(kind="record-searched", actor=by.pseudonym, subject=DESK, at=at)
    return page


@transaction.atomic
def export(*, filters: Filters, by: Officer, at: dt.datetime) -> list[Method]:
    """Return all methods of our own that `filters` leave, and note that `by` took them out.

    Raises:
        PermissionDenied: the officer may not see methods.
    """
    rows = queries.own_in_full(officer=by, filters=filters)
    journal.record_many(
        [
            journal.NewEntry(kind="record-exported", actor=by.pseudonym, subject=row.urn, at=at)
            for row in rows
        ]
    )
    return rows
