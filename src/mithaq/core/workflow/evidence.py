"""What is known of an envelope on its way: the evidence states of the list evidence-state.

Receipts may come late and out of order, so `open` and `refuse` are possible from every state
that does not end the sender's duty, also after the sender gave up waiting. Only `opened` and
`refused` end it. Source: docs/protocol/receipts.md, after ETSI EN 319 522.
"""

from __future__ import annotations

from enum import StrEnum

from mithaq.core.workflow.table import Workflow, rows


class EvidenceState(StrEnum):
    """How far an envelope is known to have come."""

    ACCEPTED = "accepted"
    RELAYED = "relayed"
    RECEIVED = "received"
    OPENED = "opened"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"


class EvidenceAct(StrEnum):
    """What makes an envelope's evidence change."""

    RELAY = "relay"
    RECEIVE = "receive"
    OPEN = "open"
    REFUSE = "refuse"
    EXPIRE = "expire"
    FAIL = "fail"
    RETRY = "retry"


_ON_THE_WAY = (EvidenceState.ACCEPTED, EvidenceState.RELAYED)
_GIVEN_UP = (EvidenceState.EXPIRED, EvidenceState.FAILED)

EVIDENCE = Workflow(
    name="evidence",
    states=EvidenceState,
    initial=EvidenceState.ACCEPTED,
    finals=frozenset({EvidenceState.OPENED, EvidenceState.REFUSED}),
    transitions=(
        *rows(
            act=EvidenceAct.RELAY,
            sources=_ON_THE_WAY,
            target=EvidenceState.RELAYED,
            event="receipt-received",
        ),
        *rows(
            act=EvidenceAct.RECEIVE,
            sources=(*_ON_THE_WAY, *_GIVEN_UP),
            target=EvidenceState.RECEIVED,
            event="receipt-received",
        ),
        *rows(
            act=EvidenceAct.OPEN,
            sources=(*_ON_THE_WAY, EvidenceState.RECEIVED, *_GIVEN_UP),
            target=EvidenceState.OPENED,
            event="receipt-received",
        ),
        *rows(
            act=EvidenceAct.REFUSE,
            sources=(*_ON_THE_WAY, EvidenceState.RECEIVED, *_GIVEN_UP),
            target=EvidenceState.REFUSED,
            event="receipt-received",
        ),
        *rows(
            act=EvidenceAct.EXPIRE,
            sources=(*_ON_THE_WAY, EvidenceState.RECEIVED, EvidenceState.FAILED),
            target=EvidenceState.EXPIRED,
            event="deadline-missed",
        ),
        *rows(
            act=EvidenceAct.FAIL,
            sources=_ON_THE_WAY,
            target=EvidenceState.FAILED,
            event="envelope-failed",
        ),
        *rows(
            act=EvidenceAct.RETRY,
            sources=(EvidenceState.FAILED,),
            target=EvidenceState.ACCEPTED,
            roles=("duty-officer", "shift-supervisor"),
            event="request-sent",
        ),
    ),
)
