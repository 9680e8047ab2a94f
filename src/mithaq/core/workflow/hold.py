"""A disclosure that the gate held: it waits for a second officer, never the one who prepared it.

That the two are not the same person is no matter of states; `safeguards` checks it.
"""

from __future__ import annotations

from enum import StrEnum

from mithaq.core.workflow.table import Workflow, rows


class HoldState(StrEnum):
    """Where a held disclosure stands."""

    WAITING = "waiting"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class HoldAct(StrEnum):
    """What may be done with a held disclosure."""

    RELEASE = "release"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_REVIEWERS = ("second-officer", "shift-supervisor", "data-protection-officer")
_PREPARERS = ("duty-officer", "shift-supervisor", "methods-officer")

HOLD = Workflow(
    name="hold",
    states=HoldState,
    initial=HoldState.WAITING,
    finals=frozenset({HoldState.RELEASED, HoldState.REFUSED, HoldState.WITHDRAWN}),
    transitions=(
        *rows(
            act=HoldAct.RELEASE,
            sources=(HoldState.WAITING,),
            target=HoldState.RELEASED,
            roles=_REVIEWERS,
            event="second-approval",
        ),
        *rows(
            act=HoldAct.REFUSE,
            sources=(HoldState.WAITING,),
            target=HoldState.REFUSED,
            roles=_REVIEWERS,
            event="second-rejection",
        ),
        *rows(
            act=HoldAct.WITHDRAW,
            sources=(HoldState.WAITING,),
            target=HoldState.WITHDRAWN,
            roles=_PREPARERS,
            event="hold-withdrawn",
        ),
    ),
)
