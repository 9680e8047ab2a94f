"""Opening what arrived: every obligation, the pact again, the gate's structural rules, the desk.

A batch is one transaction: records stored, journal written and sequenced, receipts signed and
queued. A process that dies in it leaves everything as it was. An envelope that breaks the batch
by a fault of our own is set aside and tried again later, alone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

import structlog
from django.db import connection, transaction
from django.db.models import F

from mithaq.apps.exchange.actions import issuing, timing
from mithaq.apps.exchange.actions.judging import Bad, Good, Judge
from mithaq.apps.exchange.models import Inbound
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.apps.safeguards import actions as safeguards
from mithaq.apps.safeguards.models import Stage
from mithaq.core import records
from mithaq.core.errors import MithaqError
from mithaq.core.workflow import EvidenceState

BATCH = 64  # envelopes opened in one transaction

_SETTLE = """
    UPDATE exchange_inbound AS envelope
    SET state = %s, settled_at = %s, next_attempt_at = NULL,
        subject = opened.subject, content_key = opened.content_key,
        retain_until = opened.retain_until
    FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::timestamptz[])
        AS opened (id, subject, content_key, retain_until)
    WHERE envelope.id = opened.id
"""

log = structlog.get_logger()


def open_waiting(*, at: dt.datetime, limit: int = BATCH) -> int:
    """Return how many envelopes were settled, opened or refused."""
    try:
        return _open_batch(at=at, limit=limit)
    except Exception:  # one bad envelope must not stop the rest
        log.exception("opening.batch_failed")
    return sum(_open_alone(key, at=at) for key in _due(at=at, limit=limit))


def _open_alone(key: int, *, at: dt.datetime) -> int:
    try:
        return _open_batch(at=at, limit=1, only=key)
    except Exception as fault:
        log.exception("opening.failed")
        set_aside(key=key, fault=type(fault).__name__, at=at)
    return 0


@transaction.atomic
def set_aside(*, key: int, fault: str, at: dt.datetime) -> None:
    """Keep an envelope that could not be opened by a fault of our own for a later attempt."""
    row = Inbound.objects.select_for_update().get(pk=key)
    again = timing.next_attempt(attempts=row.attempts, chance=1.0, at=at)
    Inbound.objects.filter(pk=key).update(
        attempts=F("attempts") + 1, last_fault=fault, next_attempt_at=again
    )


def _due(*, at: dt.datetime, limit: int) -> list[int]:
    due = Inbound.objects.filter(next_attempt_at__lte=at).order_by("pk")
    return list(due.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _open_batch(*, at: dt.datetime, limit: int, only: int | None = None) -> int:
    due = Inbound.objects.select_for_update(skip_locked=True).filter(next_attempt_at__lte=at)
    if only is not None:
        due = due.filter(pk=only)
    rows = list(due.order_by("pk")[:limit])
    if len(rows) == 0:
        return 0
    judge = Judge(rows, at=at)
    verdicts = [judge.judge(row) for row in rows]
    good = [verdict for verdict in verdicts if isinstance(verdict, Good)]
    bad = [verdict for verdict in verdicts if isinstance(verdict, Bad)]
    stored, unwanted = _receive(good, at=at)
    _settle(stored, [*bad, *unwanted], at=at)
    return len(rows)


def _receive(good: Sequence[Good], *, at: dt.datetime) -> tuple[list[Good], list[Bad]]:
    """Give each desk its records in one call; return what it stored and what it refused."""
    faults: dict[int, MithaqError] = {}
    for code in sorted({item.row.kind for item in good}):
        items = [item for item in good if item.row.kind == code]
        answers = records.kind(code).receive_many(arrivals=[item.arrival for item in items], at=at)
        faults |= {
            item.row.pk: answer
            for item, answer in zip(items, answers, strict=True)
            if answer is not None
        }
    stored = [item for item in good if item.row.pk not in faults]
    return stored, [
        Bad(row=item.row, ground=faults[item.row.pk].code, clause="")
        for item in good
        if item.row.pk in faults
    ]


def _settle(good: Sequence[Good], bad: Sequence[Bad], *, at: dt.datetime) -> None:
    entries = journal.record_many(_entry(item, at=at) for item in good)
    _store_good(good, at=at)
    refusals = [_store_bad(item, at=at) for item in bad]
    issuing.issue(
        items=[
            *(
                issuing.Due.of_row(item.row, state=EvidenceState.OPENED, entry=entry)
                for item, entry in zip(good, entries, strict=True)
            ),
            *(
                issuing.Due.of_row(
                    item.row, state=EvidenceState.REFUSED, entry=entry, ground=item.ground
                )
                for item, entry in zip(bad, refusals, strict=True)
            ),
        ],
        answered=False,
        at=at,
    )


def _store_good(good: Sequence[Good], *, at: dt.datetime) -> None:
    """Settle what was opened, in one statement; the content key is kept under a key of ours."""
    if len(good) == 0:
        return
    keys_kept = [
        keys.seal_for_storage(item.opened.content_key, context=item.opened.digest) for item in good
    ]
    columns = (
        [item.row.pk for item in good],
        [item.arrival.urn for item in good],
        keys_kept,
        [item.arrival.retain_until for item in good],
    )
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [EvidenceState.OPENED, at, *columns])


def _store_bad(item: Bad, *, at: dt.datetime) -> uuid.UUID:
    """Keep a refusal and count it; return the id of its journal entry."""
    row = item.row
    Inbound.objects.filter(pk=row.pk).update(
        state=EvidenceState.REFUSED,
        ground=item.ground,
        clause=item.clause,
        settled_at=at,
        next_attempt_at=None,
    )
    refusal = safeguards.NewRefusal(
        stage=Stage.RECEIVER,
        ground=item.ground,
        kind=row.kind,
        purpose=row.purpose,
        peer=row.issuer,
        pact=row.pact_id,
    )
    return safeguards.count_refusal(
        refusal=refusal, subject=row.message_id.hex, by=keys.me(), at=at
    )


def _entry(item: Good, *, at: dt.datetime) -> journal.NewEntry:
    row = item.row
    return journal.NewEntry(
        kind="record-received",
        actor=keys.me(),
        subject=item.arrival.urn,
        purpose=row.purpose,
        pact=row.pact_id,
        peer=row.issuer,
        at=at,
    )
