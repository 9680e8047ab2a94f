"""The machine API of safeguards: what waits for a second officer, what was refused and why."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import AwareDatetime

from mithaq.apps.people.queries import caller
from mithaq.apps.safeguards import actions, queries, schemas
from mithaq.apps.safeguards.models import Hold
from mithaq.apps.safeguards.permissions import check_may_count

router = Router(tags=["safeguards"])
WINDOW = dt.timedelta(days=30)


@router.get("/holds", response=list[schemas.Waiting])
def waiting(request: HttpRequest) -> list[schemas.Waiting]:
    """List what waits for this officer to release or refuse, the oldest first."""
    return [_waiting(hold) for hold in queries.waiting(officer=caller(request))]


@router.get("/holds/{hold_id}", response=schemas.Waiting)
def hold(request: HttpRequest, hold_id: uuid.UUID) -> schemas.Waiting:
    """Show a hold that this officer prepared or may decide."""
    return _waiting(queries.hold_for(officer=caller(request), hold=hold_id))


@router.post("/holds/{hold_id}/refuse", response=schemas.Waiting)
def refuse(
    request: HttpRequest, hold_id: uuid.UUID, rejection: schemas.Rejection
) -> schemas.Waiting:
    """Refuse what waits, on a ground of the list refusal-ground."""
    return _waiting(
        actions.reject(hold=hold_id, ground=rejection.ground, by=caller(request), at=timezone.now())
    )


@router.post("/holds/{hold_id}/withdraw", response=schemas.Waiting)
def withdraw(request: HttpRequest, hold_id: uuid.UUID) -> schemas.Waiting:
    """Take back what waits."""
    return _waiting(actions.withdraw(hold=hold_id, by=caller(request), at=timezone.now()))


@router.get("/refusals", response=list[schemas.Count])
def refusals(
    request: HttpRequest, since: AwareDatetime | None = None, until: AwareDatetime | None = None
) -> list[schemas.Count]:
    """Count refusals by stage and ground: `since` ≤ at < `until`, by default the last 30 days."""
    check_may_count(caller(request))
    end = until or timezone.now()
    found = queries.refusals_by_ground(since=since or end - WINDOW, until=end)
    return [
        schemas.Count(stage=stage, ground=ground, times=times)
        for (stage, ground), times in found.items()
    ]


def _waiting(row: Hold) -> schemas.Waiting:
    return schemas.Waiting(
        id=row.pk,
        subject=row.subject,
        desk=row.desk,
        kind=row.kind,
        purpose=row.purpose,
        peer=row.peer,
        pact=row.pact,
        digest=bytes(row.digest).hex(),
        reasons=row.reasons,
        requested_by=row.requested_by.pseudonym,
        requested_at=row.requested_at,
        state=row.state,
    )
