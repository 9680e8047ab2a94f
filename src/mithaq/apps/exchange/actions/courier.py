"""Carrying envelopes and receipts to the next hop, in batches.

A batch is claimed by moving its next attempt into the future, so that a courier whose process was
killed loses nothing: what it held is due again after the lease. What arrives twice is answered
twice with the same receipt.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from django.db import transaction
from django.db.models import F, QuerySet

from mithaq.apps.directory import queries as directory
from mithaq.apps.exchange.actions import receipts, timing
from mithaq.apps.exchange.models import Outbound, OutgoingReceipt
from mithaq.apps.keys import queries as keys
from mithaq.core.envelope import batch
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId
from mithaq.core.workflow import EvidenceState

ENVELOPES = "envelopes"
RECEIPTS = "receipts"
UNANSWERED = "delivery.unanswered"  # no receipt, and no fault either
_OPEN_STATES = (
    EvidenceState.ACCEPTED,
    EvidenceState.RELAYED,
    EvidenceState.RECEIVED,
    EvidenceState.FAILED,
)


class Unreachable(MithaqError):
    """The next hop did not answer, or not in the agreed form."""

    code = "delivery.unreachable"


class Transport(Protocol):
    """The one thing the courier asks of a network."""

    def post(self, *, endpoint: str, what: str, body: bytes) -> bytes:
        """Return the answer of `<endpoint>/wire/v1/<what>` to `body`.

        Raises:
            Unreachable: there was none.
        """


def deliver(
    *,
    next_hop: BureauId,
    transport: Transport,
    chance: Callable[[], float],
    at: dt.datetime,
) -> int:
    """Return how many items `next_hop` took of one batch of envelopes and one of receipts.

    Zero means that nothing was due or that the next hop could not be reached.
    """
    try:
        endpoint = directory.endpoint(bureau=next_hop, at=at)
    except MithaqError as fault:
        _postpone_all(next_hop=next_hop, fault=fault.code, chance=chance, at=at)
        return 0
    way = _Way(endpoint=endpoint, transport=transport, chance=chance, at=at)
    return way.carry_envelopes(next_hop) + way.carry_receipts(next_hop)


class _Way:
    """One trip to one endpoint."""

    def __init__(
        self,
        *,
        endpoint: str,
        transport: Transport,
        chance: Callable[[], float],
        at: dt.datetime,
    ) -> None:
        self._endpoint = endpoint
        self._transport = transport
        self._chance = chance
        self._at = at

    def carry_envelopes(self, next_hop: BureauId) -> int:
        rows = claim_envelopes(next_hop=next_hop, at=self._at)
        if len(rows) == 0:
            return 0
        try:
            answers = self._post(ENVELOPES, [bytes(row.sealed) for row in rows])
        except (Unreachable, batch.BadBatch) as fault:
            self._postpone(_envelopes(rows), fault.code)
            return 0
        return self._settle_envelopes(next_hop, rows, answers)

    @transaction.atomic
    def _settle_envelopes(
        self, next_hop: BureauId, rows: Sequence[Outbound], answers: batch.Answers
    ) -> int:
        bodies = [body for answer in answers.items for body in answer.receipts]
        proved = receipts.take(bodies=bodies, at=self._at).messages
        taken = [row for row in rows if row.pk in proved]
        self._expect_settlement(taken)
        faults: dict[str, list[Outbound]] = defaultdict(list)
        for row, answer in zip(rows, answers.items, strict=True):
            if row.pk not in proved:
                faults[answer.fault or UNANSWERED].append(row)
        for code, untaken in faults.items():
            self._postpone(_envelopes(untaken), code)
        _send_again(next_hop=next_hop, sequences=answers.gaps, at=self._at)
        return len(taken)

    def _expect_settlement(self, rows: Sequence[Outbound]) -> None:
        """Ask our own again later if no final receipt comes; what we only relayed is done."""
        taken, me = _envelopes(rows), keys.me()
        again = self._at + timing.OPENING_WAIT
        taken.update(next_attempt_at=None)
        taken.filter(issuer=me, state__in=_OPEN_STATES).update(next_attempt_at=again, attempts=0)

    def carry_receipts(self, next_hop: BureauId) -> int:
        rows = claim_receipts(next_hop=next_hop, at=self._at)
        if len(rows) == 0:
            return 0
        try:
            answers = self._post(RECEIPTS, [bytes(row.body) for row in rows])
        except (Unreachable, batch.BadBatch) as fault:
            self._postpone(_receipts(rows), fault.code)
            return 0
        pairs = list(zip(rows, answers.items, strict=True))
        taken = [row.pk for row, answer in pairs if answer.fault == ""]
        OutgoingReceipt.objects.filter(pk__in=taken).update(next_attempt_at=None)
        for code in {answer.fault for _, answer in pairs} - {""}:
            self._postpone(_receipts(row for row, answer in pairs if answer.fault == code), code)
        return len(taken)

    def _post(self, what: str, items: Sequence[bytes]) -> batch.Answers:
        body = self._transport.post(
            endpoint=self._endpoint, what=what, body=batch.write_batch(items)
        )
        return batch.read_answers(body, expected=len(items))

    def _postpone(self, rows: QuerySet[Outbound] | QuerySet[OutgoingReceipt], fault: str) -> None:
        """Try `rows` again later, those that failed more often much later."""
        for attempts in set(rows.values_list("attempts", flat=True)):
            rows.filter(attempts=attempts).update(
                attempts=F("attempts") + 1,
                last_fault=fault,
                next_attempt_at=timing.next_attempt(
                    attempts=attempts, chance=self._chance(), at=self._at
                ),
            )


@transaction.atomic
def claim_envelopes(*, next_hop: BureauId, at: dt.datetime) -> list[Outbound]:
    """Return the envelopes due for `next_hop`, at most a batch, leased to the caller."""
    due = (
        Outbound.objects.select_for_update(skip_locked=True)
        .filter(next_hop=next_hop, next_attempt_at__lte=at)
        .order_by("accepted_at", "sequence")
    )
    rows = _within_body(list(due[: batch.MAX_ITEMS]))
    Outbound.objects.filter(pk__in=[row.pk for row in rows]).update(
        next_attempt_at=at + timing.LEASE
    )
    return rows


@transaction.atomic
def claim_receipts(*, next_hop: BureauId, at: dt.datetime) -> list[OutgoingReceipt]:
    """Return the receipts due for `next_hop`, at most a batch, leased to the caller."""
    due = (
        OutgoingReceipt.objects.select_for_update(skip_locked=True)
        .filter(next_hop=next_hop, next_attempt_at__lte=at)
        .order_by("pk")
    )
    rows = list(due[: batch.MAX_ITEMS])
    OutgoingReceipt.objects.filter(pk__in=[row.pk for row in rows]).update(
        next_attempt_at=at + timing.LEASE
    )
    return rows


def _envelopes(rows: Iterable[Outbound]) -> QuerySet[Outbound]:
    return Outbound.objects.filter(pk__in=[row.pk for row in rows])


def _receipts(rows: Iterable[OutgoingReceipt]) -> QuerySet[OutgoingReceipt]:
    return OutgoingReceipt.objects.filter(pk__in=[row.pk for row in rows])


def _within_body(rows: list[Outbound]) -> list[Outbound]:
    """Return the first of `rows` that fit into one request together; always at least one."""
    size = 0
    for place, row in enumerate(rows):
        size += len(row.sealed)
        if size > batch.MAX_BODY - batch.MARGIN and place > 0:
            return rows[:place]
    return rows


def _send_again(*, next_hop: BureauId, sequences: Sequence[int], at: dt.datetime) -> None:
    """Make what `next_hop` misses in its sequence due at once."""
    if len(sequences) > 0:
        Outbound.objects.filter(
            issuer=keys.me(),
            audience=next_hop,
            sequence__in=list(sequences),
            state__in=_OPEN_STATES,
        ).update(next_attempt_at=at)


def _postpone_all(
    *, next_hop: BureauId, fault: str, chance: Callable[[], float], at: dt.datetime
) -> None:
    again = timing.next_attempt(attempts=timing.LONGEST_DOUBLING, chance=chance(), at=at)
    for model in (Outbound, OutgoingReceipt):
        model.objects.filter(next_hop=next_hop, next_attempt_at__lte=at).update(
            attempts=F("attempts") + 1, last_fault=fault, next_attempt_at=again
        )
