"""The machine API of the methods desk: list, show, share, import."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from mithaq.apps.methods import schemas
from mithaq.apps.methods.actions import consulting, importing, sharing
from mithaq.apps.methods.models import Method
from mithaq.apps.methods.queries import PAGE, Filters
from mithaq.apps.people.queries import caller
from mithaq.core import ids

router = Router(tags=["methods"])
_BUNDLE = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("", response=schemas.Listing)
def listed(
    request: HttpRequest,
    *,
    narrowed: Query[schemas.Narrowed],
    cursor: str = "",
    size: int = PAGE,
) -> schemas.Listing:
    """List methods, those stored last first."""
    page = consulting.search(
        filters=Filters(**narrowed.dict()),
        cursor=cursor,
        size=size,
        by=caller(request),
        at=timezone.now(),
    )
    return schemas.Listing(
        methods=[schemas.Outline.model_validate(row) for row in page.rows], cursor=page.cursor
    )


@router.post("/import", response=schemas.Imported, openapi_extra=_BUNDLE)
def import_(request: HttpRequest) -> importing.Imported:
    """Import a STIX 2.1 bundle: all of it, or nothing with the faults named."""
    return importing.import_bundle(data=request.body, by=caller(request), at=timezone.now())


@router.get("/{urn}", response=schemas.InFull)
def show(request: HttpRequest, urn: str) -> Method:
    """Show a method."""
    return consulting.consult(urn=urn, by=caller(request), at=timezone.now())


@router.post("/{urn}/share", response=schemas.Outcome)
def share(request: HttpRequest, urn: str, wanted: schemas.Sharing) -> dict[str, object]:
    """Share a method with another bureau: it is accepted, held for a second officer, or refused."""
    outcome = sharing.share(
        urn=urn,
        audience=ids.bureau(wanted.audience),
        pact_id=ids.urn(wanted.pact_id),
        reasons=sharing.Reasons(
            purpose=wanted.purpose,
            necessity=wanted.necessity,
            case_reference=wanted.case_reference,
            urgency=wanted.urgency,
        ),
        by=caller(request),
        at=timezone.now(),
    )
    return outcome.summary()
