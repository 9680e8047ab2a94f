"""Sealing what may leave, and queueing it: one transaction, with its journal entry."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from mithaq.apps.directory import queries as directory
from mithaq.apps.exchange.actions import timing, wakening
from mithaq.apps.exchange.actions.release import CONTENT_TYPE, ReleaseRequest
from mithaq.apps.exchange.models import Channel, Evidence, Outbound
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.apps.people.models import Officer
from mithaq.apps.safeguards import actions as safeguards
from mithaq.core import envelope, records
from mithaq.core.directory import Keyring
from mithaq.core.ids import BureauId, Digest, MessageId, Urn
from mithaq.core.pacts import SignedPact, relays
from mithaq.core.workflow import EvidenceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A pact to send under, and the way that it prescribes."""

    pact: SignedPact
    via: tuple[BureauId, ...]

    @classmethod
    def of(cls, *, pact: SignedPact, request: ReleaseRequest) -> Agreed:
        """Return `pact` with the way asked for, or the pact's own relay where none was asked."""
        if request.via is not None:
            return cls(pact=pact, via=request.via)
        between = {request.audience, keys.me()}
        return cls(pact=pact, via=tuple(sorted(relays(pact) - between))[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A release that the gate and the pact let pass."""

    request: ReleaseRequest
    agreed: Agreed
    released_by: str
    approved_by: str | None = None


@transaction.atomic
def approve_and_queue(
    *,
    hold_id: uuid.UUID,
    digest: Digest,
    request: ReleaseRequest,
    agreed: Agreed,
    by: Officer,
    at: dt.datetime,
) -> uuid.UUID:
    """Return the message id of a held release that the second officer `by` lets go.

    Raises:
        MithaqError: as `safeguards.approve`; nothing is sealed then.
    """
    released = safeguards.approve(hold=hold_id, digest=digest, by=by, at=at)
    ready = Ready(
        request=request,
        agreed=agreed,
        released_by=released.hold.requested_by.pseudonym,
        approved_by=by.pseudonym,
    )
    return seal_and_queue(ready=[ready], at=at)[0]


@transaction.atomic
def seal_and_queue(*, ready: Sequence[Ready], at: dt.datetime) -> list[uuid.UUID]:
    """Return the message ids of the envelopes sealed and queued, in the order of `ready`."""
    if len(ready) == 0:
        return []
    channels = _channels(item.request.audience for item in ready)
    keyring = directory.keyring(at=at)
    rows = [_seal(item, channels[item.request.audience], keyring, at=at) for item in ready]
    Channel.objects.bulk_update(channels.values(), ["sequence", "digest"])
    Outbound.objects.bulk_create(rows)
    Evidence.objects.bulk_create(_accepted(row) for row in rows)
    journal.record_many(_disclosure_entry(row) for row in rows)
    _tell_desks(rows, at=at)
    wakening.wake_couriers(row.next_hop for row in rows)
    return [row.message_id for row in rows]


def _tell_desks(rows: Sequence[Outbound], *, at: dt.datetime) -> None:
    """Let each desk mark what left."""
    for code in sorted({row.kind for row in rows}):
        urns = [Urn(row.subject) for row in rows if row.kind == code]
        records.kind(code).sent(urns=urns, at=at)


def _channels(peers: Iterable[BureauId]) -> dict[str, Channel]:
    """Return the locked channels to `peers`; locks are taken in one order."""
    names = sorted(set(peers))
    Channel.objects.bulk_create([Channel(peer=name) for name in names], ignore_conflicts=True)
    locked = Channel.objects.select_for_update().filter(peer__in=names).order_by("peer")
    return {channel.peer: channel for channel in locked}


def _seal(item: Ready, channel: Channel, keyring: Keyring, *, at: dt.datetime) -> Outbound:
    """Return the row of a new envelope and move `channel` on."""
    request = item.request
    pact = item.agreed.pact
    context = envelope.Context(
        issuer=keys.me(),
        audience=request.audience,
        via=item.agreed.via,
        message_id=MessageId(os.urandom(16)),
        issued_at=at,
        expires_at=at + timing.LIFETIME,
        pact_id=pact.id,
        pact_hash=pact.hash,
        purpose=request.purpose,
        handling=request.facts.handling,
        kind=request.kind,
        content_type=CONTENT_TYPE,
        sequence=channel.sequence + 1,
        previous=None if channel.digest is None else Digest(bytes(channel.digest)),
    )
    release = request.release(released_by=item.released_by, approved_by=item.approved_by)
    sealed = envelope.seal(
        context=context,
        payload=release.to_bytes(),
        authority=keys.authority_signers(at=at),
        node=keys.node_signer(at=at),
        recipient=keyring.sealing(bureau=request.audience, at=at),
    )
    channel.sequence = context.sequence
    channel.digest = hashlib.sha256(sealed).digest()
    return Outbound(
        message_id=uuid.UUID(bytes=context.message_id),
        issuer=context.issuer,
        audience=context.audience,
        next_hop=(*context.via, context.audience)[0],
        pact_id=context.pact_id,
        kind=context.kind,
        purpose=context.purpose,
        subject=request.urn,
        sequence=context.sequence,
        sealed=sealed,
        digest=channel.digest,
        state=EvidenceState.ACCEPTED,
        released_by=item.released_by,
        accepted_at=at,
        expires_at=context.expires_at,
        retain_until=request.retain_until,
        next_attempt_at=at,
    )


def _accepted(row: Outbound) -> Evidence:
    return Evidence(
        message_id=row.message_id,
        state=EvidenceState.ACCEPTED,
        peer=row.issuer,
        at=row.accepted_at,
        retain_until=row.retain_until,
    )


def _disclosure_entry(row: Outbound) -> journal.NewEntry:
    return journal.NewEntry(
        kind="record-disclosed",
        actor=row.released_by,
        subject=row.subject,
        purpose=row.purpose,
        pact=row.pact_id,
        peer=row.audience,
        at=row.accepted_at,
    )
