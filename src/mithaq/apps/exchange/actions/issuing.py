"""Issuing signed receipts: after the journal has given the entry its position, in its transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mithaq.apps.exchange.actions import timing, wakening
from mithaq.apps.exchange.models import Inbound, OutgoingReceipt
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.core import envelope
from mithaq.core.envelope import receipts
from mithaq.core.ids import BureauId, Digest, MessageId
from mithaq.core.workflow import EvidenceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A receipt that is due: what it is about, and the journal entry that it will point to."""

    issuer: BureauId
    audience: BureauId
    message_id: MessageId
    digest: Digest
    via: str
    expires_at: dt.datetime
    state: EvidenceState
    ground: str | None
    entry: uuid.UUID

    @classmethod
    def of(
        cls,
        item: envelope.Outer | envelope.Transit,
        *,
        state: EvidenceState,
        entry: uuid.UUID,
    ) -> Due:
        """Return the receipt due for an envelope that was just taken in."""
        context = item.context
        return cls(
            issuer=context.issuer,
            audience=context.audience,
            message_id=context.message_id,
            digest=item.digest,
            via="" if keys.me() in context.via else (*context.via, "")[0],
            expires_at=context.expires_at,
            state=state,
            ground=None,
            entry=entry,
        )

    @classmethod
    def of_row(
        cls,
        row: Inbound,
        *,
        state: EvidenceState,
        entry: uuid.UUID,
        ground: str | None = None,
    ) -> Due:
        """Return the receipt due for an envelope that was just settled."""
        return cls(
            issuer=BureauId(row.issuer),
            audience=keys.me(),
            message_id=MessageId(row.message_id.bytes),
            digest=Digest(bytes(row.digest)),
            via=row.via,
            expires_at=row.expires_at,
            state=state,
            ground=ground,
            entry=entry,
        )


def issue(*, items: Sequence[Due], answered: bool, at: dt.datetime) -> None:
    """Sign and store the receipts of `items`; `answered` ones travel in the answer at hand."""
    placed = journal.sequence(
        signer=keys.journal_signer(at=at), origin=keys.journal_origin(), at=at
    )
    if placed is None:  # nothing was written down, so there is nothing to receipt
        return
    bodies = receipts.issue(
        items=[_facts(item, placed=placed, at=at) for item in items],
        signer=keys.node_signer(at=at),
    )
    rows = [
        OutgoingReceipt(
            audience=item.issuer,
            next_hop=item.via or item.issuer,
            issuer=item.issuer,
            message_id=uuid.UUID(bytes=item.message_id),
            state=item.state,
            body=body,
            created_at=at,
            expires_at=item.expires_at + timing.RECEIPT_GRACE,
            next_attempt_at=None if answered else at,
        )
        for item, body in zip(items, bodies, strict=True)
    ]
    OutgoingReceipt.objects.bulk_create(rows)
    if not answered:
        wakening.wake_couriers(row.next_hop for row in rows)


def receipts_of(
    places: Iterable[tuple[BureauId, uuid.UUID]],
) -> dict[tuple[BureauId, uuid.UUID], tuple[bytes, ...]]:
    """Return every receipt that the envelopes at `places` have earned, oldest first."""
    wanted = set(places)
    rows = OutgoingReceipt.objects.filter(message_id__in=[message_id for _, message_id in wanted])
    found: dict[tuple[BureauId, uuid.UUID], list[bytes]] = defaultdict(list)
    for issuer, message_id, body in rows.order_by("pk").values_list("issuer", "message_id", "body"):
        found[BureauId(issuer), message_id].append(bytes(body))
    return {place: tuple(bodies) for place, bodies in found.items() if place in wanted}


def _facts(item: Due, *, placed: journal.Checkpointed, at: dt.datetime) -> receipts.ReceiptFacts:
    return receipts.ReceiptFacts(
        envelope_digest=item.digest,
        message_id=item.message_id,
        issuer=item.issuer,
        audience=item.audience,
        reporter=keys.me(),
        state=item.state,
        at=at,
        journal_position=placed.positions[item.entry],
        journal_size=placed.size,
        ground=item.ground,
    )
