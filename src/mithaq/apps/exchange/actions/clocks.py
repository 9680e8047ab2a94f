"""What time alone brings about: overdue envelopes, gaps that stay, a checkpoint at least a minute."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mithaq.apps.exchange.actions import timing
from mithaq.apps.exchange.models import Evidence, Gap, Outbound, OutgoingReceipt
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.core.envelope.limits import MAX_LIFETIME
from mithaq.core.workflow import EVIDENCE, EvidenceAct, EvidenceState

GAP_PATIENCE = dt.timedelta(minutes=10)  # a gap that stays longer is raised to people
BATCH = 500  # envelopes marked in one transaction


@transaction.atomic
def sequence_journal(*, at: dt.datetime) -> None:
    """Give every pending entry its position and sign a checkpoint if there were any."""
    journal.sequence(signer=keys.journal_signer(at=at), origin=keys.journal_origin(), at=at)


def mark_overdue(*, at: dt.datetime) -> int:
    """Return how many envelopes were marked expired, or failed for want of an answer."""
    OutgoingReceipt.objects.filter(next_attempt_at__isnull=False, expires_at__lte=at).update(
        next_attempt_at=None
    )
    expired = _mark(EvidenceAct.EXPIRE, older={"expires_at__lte": at}, at=at)
    direct = {"accepted_at__lte": at - timing.DELIVERY_TIMEOUT, "state": EvidenceState.ACCEPTED}
    relayed = {"accepted_at__lte": at - timing.RELAY_TIMEOUT, "state": EvidenceState.RELAYED}
    failed = _mark(EvidenceAct.FAIL, older=direct, at=at)
    return expired + failed + _mark(EvidenceAct.FAIL, older=relayed, at=at)


@transaction.atomic
def _mark(act: EvidenceAct, *, older: dict[str, object], at: dt.datetime) -> int:
    """Return how many envelopes `act` ended or failed; each is journalled.

    What we only relayed and the next hop has taken is none of our concern any more.
    """
    states = [state for state in EvidenceState if EVIDENCE.allows(state, act)]
    rows = list(
        Outbound.objects.select_for_update(skip_locked=True)
        .filter(state__in=states)
        .filter(**older)
        .exclude(subject="", next_attempt_at=None)
        .defer("sealed")[:BATCH]
    )
    target = EVIDENCE.next(states[0], act)
    query = Outbound.objects.filter(pk__in=[row.pk for row in rows])
    if act is EvidenceAct.EXPIRE:
        query.update(state=target, next_attempt_at=None)
    else:
        query.update(state=target)
    Evidence.objects.bulk_create(
        (
            Evidence(
                message_id=row.pk,
                state=target,
                peer=keys.me(),
                at=at,
                ground=row.last_fault,
                retain_until=row.retain_until,
            )
            for row in rows
        ),
        ignore_conflicts=True,
    )
    journal.record_many(
        journal.NewEntry(
            kind=EVIDENCE.row(states[0], act).event,
            actor=keys.me(),
            subject=f"{row.pk}/{target}",
            purpose=row.purpose,
            pact=row.pact_id,
            peer=row.audience,
            at=at,
        )
        for row in rows
    )
    return len(rows)


@transaction.atomic
def raise_gaps(*, at: dt.datetime) -> int:
    """Return how many gaps were raised to people because they stayed; each only once."""
    Gap.objects.filter(noticed_at__lte=at - MAX_LIFETIME).delete()  # what is missing is void now
    stale = Gap.objects.select_for_update(skip_locked=True).filter(
        raised_at__isnull=True, noticed_at__lte=at - GAP_PATIENCE
    )
    rows = list(stale[:BATCH])
    Gap.objects.filter(pk__in=[row.pk for row in rows]).update(raised_at=at)
    journal.record_many(
        journal.NewEntry(
            kind="sequence-alarm",
            actor=keys.me(),
            subject=f"{row.peer}/gap/{row.sequence}",
            peer=row.peer,
            at=at,
        )
        for row in rows
    )
    return len(rows)
