"""The machine API of messages: what left, what arrived, and the second officer's release."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import AwareDatetime

from mithaq.apps.exchange import queries, schemas
from mithaq.apps.exchange.actions import submission
from mithaq.apps.exchange.models import Evidence, Inbound, Outbound
from mithaq.apps.people.queries import caller
from mithaq.core.envelope import OBLIGATIONS
from mithaq.core.ids import Digest
from mithaq.core.workflow import EvidenceState

router = Router(tags=["messages"])


@router.get("/sent", response=list[schemas.Sent])
def sent(
    request: HttpRequest, before: AwareDatetime | None = None, state: str = ""
) -> list[schemas.Sent]:
    """List our own envelopes, newest first, a page at a time: `before` is the last one's time."""
    rows = queries.sent(officer=caller(request), before=before, state=state)
    return [schemas.Sent.model_validate(_sent(row)) for row in rows]


@router.get("/sent/{message_id}", response=schemas.SentInFull)
def sent_message(request: HttpRequest, message_id: uuid.UUID) -> schemas.SentInFull:
    """Show one of our own envelopes and the evidence of each of its steps."""
    row = queries.sent_message(officer=caller(request), message_id=message_id)
    return schemas.SentInFull.model_validate(
        {**_sent(row), "evidence": _steps(queries.evidence(message_id))}
    )


@router.get("/received", response=list[schemas.Received])
def received(
    request: HttpRequest, before: AwareDatetime | None = None, state: str = ""
) -> list[schemas.Received]:
    """List what arrived, newest first, a page at a time: `before` is the last one's time."""
    rows = queries.received(officer=caller(request), before=before, state=state)
    return [schemas.Received.model_validate(_received(row)) for row in rows]


@router.get("/received/{message_id}", response=schemas.ReceivedInFull)
def received_message(request: HttpRequest, message_id: uuid.UUID) -> schemas.ReceivedInFull:
    """Show an envelope that arrived and the receipts issued for it."""
    row = queries.received_message(officer=caller(request), message_id=message_id)
    receipts = [
        schemas.Step(
            state=receipt.state,
            peer=receipt.audience,
            at=receipt.created_at,
            ground="",
            receipt=_base64(receipt.body),
        )
        for receipt in queries.issued_receipts(message_id)
    ]
    return schemas.ReceivedInFull.model_validate({**_received(row), "receipts": receipts})


@router.get("/counts", response=schemas.Counts)
def counts(request: HttpRequest) -> schemas.Counts:
    """Count envelopes by state."""
    return schemas.Counts(**queries.counts(officer=caller(request)))


@router.post("/holds/{hold_id}/release", response=schemas.Released)
def release(request: HttpRequest, hold_id: uuid.UUID, review: schemas.Review) -> schemas.Released:
    """Let a held release go, as the second officer who reviewed what has that digest."""
    outcome = submission.release_held(
        hold_id=hold_id, digest=Digest(review.digest), by=caller(request), at=timezone.now()
    )
    return schemas.Released.model_validate(outcome.summary())


def _sent(row: Outbound) -> dict[str, object]:
    return {
        "message_id": row.message_id,
        "audience": row.audience,
        "via": None if row.next_hop == row.audience else row.next_hop,
        "pact_id": row.pact_id,
        "kind": row.kind,
        "purpose": row.purpose,
        "subject": row.subject,
        "sequence": row.sequence,
        "digest": bytes(row.digest).hex(),
        "state": row.state,
        "accepted_at": row.accepted_at,
        "expires_at": row.expires_at,
        "attempts": row.attempts,
        "last_fault": row.last_fault,
    }


def _received(row: Inbound) -> dict[str, object]:
    return {
        "message_id": row.message_id,
        "issuer": row.issuer,
        "via": row.via,
        "pact_id": row.pact_id,
        "kind": row.kind,
        "purpose": row.purpose,
        "subject": row.subject,
        "sequence": row.sequence,
        "digest": bytes(row.digest).hex(),
        "state": row.state,
        "ground": row.ground,
        "clause": row.clause,
        "received_at": row.received_at,
        "settled_at": row.settled_at,
        "discharged": list(OBLIGATIONS) if row.state == EvidenceState.OPENED else [],
    }


def _steps(rows: Iterable[Evidence]) -> list[schemas.Step]:
    return [
        schemas.Step(
            state=row.state,
            peer=row.peer,
            at=row.at,
            ground=row.ground,
            receipt=None if row.receipt is None else _base64(row.receipt),
        )
        for row in rows
    ]


def _base64(data: bytes | memoryview) -> str:
    return base64.b64encode(bytes(data)).decode("ascii")
