"""States and transitions as tables: who may do what in which state, and what is journalled.

A table is data. `table` has the form of one and refuses an incomplete one when it is built;
`diagram` draws it; the other modules are the tables themselves. Invariants: every act leads
from a declared state to a declared state, every state can be reached, a final state has no way
out, and nothing happens that is not in the table.
"""

from __future__ import annotations

from mithaq.core.workflow.diagram import mermaid
from mithaq.core.workflow.evidence import EVIDENCE, EvidenceAct, EvidenceState
from mithaq.core.workflow.hold import HOLD, HoldAct, HoldState
from mithaq.core.workflow.method import (
    METHOD,
    RECEIVED_METHOD,
    MethodAct,
    MethodState,
    ReceivedMethodAct,
    ReceivedMethodState,
)
from mithaq.core.workflow.table import BadTable, NotAllowed, Transition, Workflow

__all__ = [
    "EVIDENCE",
    "HOLD",
    "METHOD",
    "RECEIVED_METHOD",
    "BadTable",
    "EvidenceAct",
    "EvidenceState",
    "HoldAct",
    "HoldState",
    "MethodAct",
    "MethodState",
    "NotAllowed",
    "ReceivedMethodAct",
    "ReceivedMethodState",
    "Transition",
    "Workflow",
    "mermaid",
]
