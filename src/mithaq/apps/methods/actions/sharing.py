"""Sharing a method with another bureau: the desk's door to the exchange."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mithaq.apps.exchange.actions import submission
from mithaq.apps.exchange.actions.release import ReleaseRequest
from mithaq.apps.methods import queries
from mithaq.apps.methods.actions.states import check_may_leave
from mithaq.apps.methods.models import Method
from mithaq.apps.methods.permissions import check_may_share
from mithaq.apps.people.models import Officer
from mithaq.core.formats import stix
from mithaq.core.ids import BureauId, Urn
from mithaq.core.records.method import KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """Why a method is shared: codes of the lists purpose and urgency, and the officer's words."""

    purpose: str
    necessity: str
    case_reference: str
    urgency: str | None = None


def share(
    *,
    urn: str,
    audience: BureauId,
    pact_id: Urn,
    reasons: Reasons,
    by: Officer,
    at: dt.datetime,
) -> submission.Outcome:
    """Return what became of the method `urn` on its way to `audience`.

    Raises:
        NotFound: no such method for this officer.
        PermissionDenied: the officer may not share.
        NotAllowed: the method is a draft, or withdrawn.
        Recalled: its origin recalled it.
    """
    row = queries.method_for(officer=by, urn=urn)
    check_may_share(by)
    request = release(row, audience=audience, pact_id=pact_id, reasons=reasons)
    return submission.submit(releases=[request], by=by, at=at)[0]


def release(row: Method, *, audience: BureauId, pact_id: Urn, reasons: Reasons) -> ReleaseRequest:
    """Return the request to send `row`, a method that may be shared in its present state.

    Raises:
        NotAllowed: it is a draft, or withdrawn.
        Recalled: its origin recalled it.
    """
    check_may_leave(row)
    record = queries.record_of(row)
    return ReleaseRequest(
        urn=Urn(row.urn),
        version=row.version,
        kind=KIND,
        body=stix.write_method(record),
        facts=record.facts(),
        audience=audience,
        pact_id=pact_id,
        purpose=reasons.purpose,
        necessity=reasons.necessity,
        case_reference=reasons.case_reference,
        retain_until=row.retain_until,
        language=row.language,
        urgency=reasons.urgency,
    )
