"""A criminal method: the bureau's own, and one received from another bureau.

The bureau's own is a draft until it is complete, and is shared any number of times. A received
one belongs to its origin: here it is only confirmed, or withdrawn when the origin recalls it.
"""

from __future__ import annotations

from enum import StrEnum

from mithaq.core.workflow.table import Workflow, rows


class MethodState(StrEnum):
    """Where a method of our own stands."""

    DRAFT = "draft"
    READY = "ready"
    SHARED = "shared"
    WITHDRAWN = "withdrawn"


class MethodAct(StrEnum):
    """What may be done with a method of our own."""

    COMPLETE = "complete"
    REVISE = "revise"
    SHARE = "share"
    WITHDRAW = "withdraw"


class ReceivedMethodState(StrEnum):
    """Where a received method stands."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    RECALLED = "recalled"


class ReceivedMethodAct(StrEnum):
    """What may be done with a received method."""

    CONFIRM = "confirm"
    RENEW = "renew"
    RECALL = "recall"


_WRITERS = ("methods-officer", "analyst")
_SENDERS = ("methods-officer", "duty-officer")

METHOD = Workflow(
    name="method",
    states=MethodState,
    initial=MethodState.DRAFT,
    finals=frozenset({MethodState.WITHDRAWN}),
    transitions=(
        *rows(
            act=MethodAct.COMPLETE,
            sources=(MethodState.DRAFT,),
            target=MethodState.READY,
            roles=_WRITERS,
            event="record-changed",
        ),
        *rows(
            act=MethodAct.REVISE,
            sources=(MethodState.READY, MethodState.SHARED),
            target=MethodState.READY,
            roles=_WRITERS,
            event="record-changed",
        ),
        *rows(
            act=MethodAct.SHARE,
            sources=(MethodState.READY, MethodState.SHARED),
            target=MethodState.SHARED,
            roles=_SENDERS,
            event="record-disclosed",
        ),
        *rows(
            act=MethodAct.WITHDRAW,
            sources=(MethodState.DRAFT, MethodState.READY, MethodState.SHARED),
            target=MethodState.WITHDRAWN,
            roles=_WRITERS,
            event="record-withdrawn",
        ),
    ),
)

RECEIVED_METHOD = Workflow(
    name="received-method",
    states=ReceivedMethodState,
    initial=ReceivedMethodState.RECEIVED,
    finals=frozenset({ReceivedMethodState.RECALLED}),
    transitions=(
        *rows(
            act=ReceivedMethodAct.CONFIRM,
            sources=(ReceivedMethodState.RECEIVED,),
            target=ReceivedMethodState.CONFIRMED,
            roles=_WRITERS,
            event="record-changed",
        ),
        *rows(
            act=ReceivedMethodAct.RENEW,
            sources=(ReceivedMethodState.RECEIVED, ReceivedMethodState.CONFIRMED),
            target=ReceivedMethodState.RECEIVED,
            event="record-received",
        ),
        *rows(
            act=ReceivedMethodAct.RECALL,
            sources=(ReceivedMethodState.RECEIVED, ReceivedMethodState.CONFIRMED),
            target=ReceivedMethodState.RECALLED,
            event="record-withdrawn",
        ),
    ),
)
