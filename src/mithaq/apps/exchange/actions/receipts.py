"""Taking the receipts that come back.

A receipt of our own envelope moves its evidence; a receipt of an envelope that we only relayed
goes on to its issuer. Each is checked before anything is written; receipts may come late, twice
and out of order, and none of that does harm.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from mithaq.apps.directory import queries as directory
from mithaq.apps.exchange.actions import timing, turning_away, wakening
from mithaq.apps.exchange.models import Evidence, Outbound, OutgoingReceipt
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.core.clock import CLOCK_SKEW
from mithaq.core.directory import Keyring
from mithaq.core.envelope.receipts import ReceiptFacts, read_receipt
from mithaq.core.errors import MithaqError
from mithaq.core.workflow import EVIDENCE, EvidenceAct, EvidenceState

_ACTS = {
    EvidenceState.RELAYED: EvidenceAct.RELAY,
    EvidenceState.RECEIVED: EvidenceAct.RECEIVE,
    EvidenceState.OPENED: EvidenceAct.OPEN,
    EvidenceState.REFUSED: EvidenceAct.REFUSE,
}


Told = tuple[ReceiptFacts, bytes]
"""What a verified receipt states, and the receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matching:
    """A verified receipt and the envelope it speaks of, locked."""

    facts: ReceiptFacts
    body: bytes
    row: Outbound


class UnknownReceipt(MithaqError):
    """A receipt tells of no envelope that left this bureau, or of another one."""

    code = "receipt.unknown_envelope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch of receipts.

    `faults` has a code for each, in order, empty where it was taken; `messages` are the
    envelopes of which at least one was taken.
    """

    faults: list[str]
    messages: frozenset[uuid.UUID]


@transaction.atomic
def take(*, bodies: Sequence[bytes], at: dt.datetime) -> Taken:
    """Return what became of each receipt."""
    keyring = directory.keyring(at=at)
    read = [_read(body, keyring=keyring, at=at) for body in bodies]
    known = _rows(told[0] for told in read if not isinstance(told, str))
    faults = [told if isinstance(told, str) else _fault_of(told[0], known) for told in read]
    turning_away.count(grounds=[fault for fault in faults if fault != ""], at=at)
    taken = [
        _Matching(facts=told[0], body=told[1], row=known[_message_of(told[0])])
        for told, fault in zip(read, faults, strict=True)
        if not isinstance(told, str) and fault == ""
    ]
    _settle([one for one in taken if one.row.issuer == keys.me()], at=at)
    _pass_on([one for one in taken if one.row.issuer != keys.me()], at=at)
    return Taken(faults=faults, messages=frozenset(one.row.pk for one in taken))


def _read(body: bytes, *, keyring: Keyring, at: dt.datetime) -> Told | str:
    """Return what a receipt proves, or the code of its fault."""
    try:
        return read_receipt(body, keyring=keyring, at=at).facts, body
    except MithaqError as fault:
        return fault.code


def _rows(read: Iterable[ReceiptFacts]) -> dict[uuid.UUID, Outbound]:
    """Return the locked rows of the envelopes that receipts tell of, by message id."""
    names = {_message_of(receipt) for receipt in read}
    rows = Outbound.objects.select_for_update().defer("sealed").filter(pk__in=names)
    return {row.pk: row for row in rows.order_by("pk")}


def _message_of(receipt: ReceiptFacts) -> uuid.UUID:
    return uuid.UUID(bytes=receipt.message_id)


def _fault_of(receipt: ReceiptFacts, known: Mapping[uuid.UUID, Outbound]) -> str:
    row = known.get(_message_of(receipt))
    if row is None or bytes(row.digest) != receipt.envelope_digest:
        return UnknownReceipt.code
    if (receipt.issuer, receipt.audience) != (row.issuer, row.audience):
        return UnknownReceipt.code
    by_stranger = receipt.reporter not in (row.audience, row.next_hop)
    if by_stranger or receipt.state not in _ACTS or _is_dated_back(receipt, row):
        return UnknownReceipt.code
    return ""


def _is_dated_back(receipt: ReceiptFacts, row: Outbound) -> bool:
    """Return whether a receipt speaks of a time at which our envelope did not exist yet.

    Whoever steals a node key that was rotated out can sign only in the name of that past.
    """
    if row.issuer != keys.me():
        return False
    return receipt.at < row.accepted_at.replace(microsecond=0) - CLOCK_SKEW


def _settle(taken: Sequence[_Matching], *, at: dt.datetime) -> None:
    """Move the evidence of our own envelopes and keep the receipts."""
    new = [one for one in taken if _advance(one.row, one.facts.state)]
    moved = {one.row.pk: one.row for one in new}
    _store_states(list(moved.values()))
    Evidence.objects.bulk_create((_evidence(one) for one in taken), ignore_conflicts=True)
    journal.record_many(_entry(one.facts, one.row, at=at) for one in new)


def _advance(row: Outbound, state: EvidenceState) -> bool:
    """Move `row` on by one receipt; return whether that changed anything."""
    present = EvidenceState(row.state)
    if state == present or not EVIDENCE.allows(present, _ACTS[state]):
        return False
    row.state = EVIDENCE.next(present, _ACTS[state])
    return True


def _store_states(rows: Sequence[Outbound]) -> None:
    for state in {row.state for row in rows}:
        same = [row.pk for row in rows if row.state == state]
        query = Outbound.objects.filter(pk__in=same)
        if state in EVIDENCE.finals:
            query.update(state=state, next_attempt_at=None)
        else:
            query.update(state=state)


def _evidence(one: _Matching) -> Evidence:
    return Evidence(
        message_id=one.row.message_id,
        state=one.facts.state,
        peer=one.facts.reporter,
        at=one.facts.at,
        ground=one.facts.ground or "",
        receipt=one.body,
        retain_until=one.row.retain_until,
    )


def _entry(receipt: ReceiptFacts, row: Outbound, *, at: dt.datetime) -> journal.NewEntry:
    return journal.NewEntry(
        kind="receipt-received",
        actor=keys.me(),
        subject=f"{row.message_id}/{receipt.state}",
        purpose=row.purpose,
        pact=row.pact_id,
        peer=receipt.reporter,
        at=at,
    )


def _pass_on(taken: Sequence[_Matching], *, at: dt.datetime) -> None:
    """Queue receipts of envelopes that we relayed for the bureau that issued them."""
    rows = [
        OutgoingReceipt(
            audience=one.row.issuer,
            next_hop=one.row.issuer,
            issuer=one.row.issuer,
            message_id=one.row.message_id,
            state=one.facts.state,
            body=one.body,
            created_at=at,
            expires_at=one.row.expires_at + timing.RECEIPT_GRACE,
            next_attempt_at=at,
        )
        for one in taken
    ]
    OutgoingReceipt.objects.bulk_create(rows, ignore_conflicts=True)
    wakening.wake_couriers(row.next_hop for row in rows)
