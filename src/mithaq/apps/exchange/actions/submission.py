"""From a record that a desk wants to share to an envelope in the queue.

The way of every disclosure: the gate screens it, the pact decides, a second officer looks at it
where the gate says so, then sealing, queueing and the journal entry are one transaction.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mithaq.apps.exchange import queries
from mithaq.apps.exchange.actions import sealing
from mithaq.apps.exchange.actions.release import ReleaseRequest, disclosure, passage, within
from mithaq.apps.pacts import queries as pacts
from mithaq.apps.people.models import Officer
from mithaq.apps.safeguards import actions as safeguards
from mithaq.apps.safeguards import queries as safeguards_queries
from mithaq.apps.safeguards.models import Stage
from mithaq.core import gate, records
from mithaq.core.errors import MithaqError
from mithaq.core.ids import Digest
from mithaq.core.pacts import Refuse, SignedPact, decide
from mithaq.core.workflow import HOLD, HoldAct, HoldState


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The envelope is sealed and queued."""

    message_id: uuid.UUID

    def summary(self) -> dict[str, object]:
        """Return the outcome as the machine API tells it."""
        return {"outcome": "accepted", "message_id": self.message_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A second officer has to look at it; `rules` are codes of the list gate-rule."""

    hold_id: uuid.UUID
    rules: tuple[str, ...]

    def summary(self) -> dict[str, object]:
        """Return the outcome as the machine API tells it."""
        return {"outcome": "held", "hold_id": self.hold_id, "rules": list(self.rules)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing leaves. `ground` is the code of a gate rule or of a pact's clause."""

    ground: str
    clause: str = ""

    def summary(self) -> dict[str, object]:
        """Return the outcome as the machine API tells it."""
        return {"outcome": "refused", "ground": self.ground, "clause": self.clause}


Outcome = Accepted | Held | Refused


def submit(*, releases: Sequence[ReleaseRequest], by: Officer, at: dt.datetime) -> list[Outcome]:
    """Return what became of each release, in order.

    Refusals and holds are stored each in a transaction of its own; all that may leave is sealed
    and queued in one more.
    """
    judged = [_judge(request, by=by, at=at) for request in releases]
    ready = [verdict for verdict in judged if isinstance(verdict, sealing.Ready)]
    sealed = iter(sealing.seal_and_queue(ready=ready, at=at))
    return [
        Accepted(message_id=next(sealed)) if isinstance(verdict, sealing.Ready) else verdict
        for verdict in judged
    ]


def release_held(*, hold_id: uuid.UUID, digest: Digest, by: Officer, at: dt.datetime) -> Outcome:
    """Return what became of a held release that the second officer `by` lets go.

    `digest` is that of the screening which the officer looked at. The pact is asked again: it
    may have ended while the release waited.

    Raises:
        HoldUnknown: there is no such hold, or it is none of the officer's concern.
        NotAllowed: it is decided already.
        SameOfficer: `by` prepared it.
        PermissionDenied: `by` is no second officer.
        ChangedAfterReview: what waits is not what was screened, or not what `by` looked at.
    """
    hold = safeguards_queries.hold_for(officer=by, hold=hold_id)
    HOLD.next(HoldState(hold.state), HoldAct.RELEASE)
    request = ReleaseRequest.from_bytes(bytes(hold.release))
    gate.check_unchanged(reviewed=digest, disclosure=disclosure(request, at=at))
    pact = pacts.signed_pact(pact_id=request.pact_id, at=at)
    agreed = _decide(request, pact=pact, by=by, at=at)
    if isinstance(agreed, Refused):
        return agreed
    message_id = sealing.approve_and_queue(
        hold_id=hold_id, digest=digest, request=request, agreed=agreed, by=by, at=at
    )
    return Accepted(message_id=message_id)


def _judge(
    request: ReleaseRequest, *, by: Officer, at: dt.datetime
) -> sealing.Ready | Held | Refused:
    try:
        pact = pacts.signed_pact(pact_id=request.pact_id, at=at)
    except MithaqError as fault:
        return _refuse(request, ground=fault.code, stage=Stage.PACT, by=by, at=at)
    request = within(request, pact=pact, at=at)
    screening = gate.screen(disclosure(request, at=at))
    if screening.verdict is gate.Verdict.REFUSE:
        ground = screening.reasons[0]
        return _refuse(request, ground=ground, stage=Stage.GATE, by=by, at=at)
    agreed = _decide(request, pact=pact, by=by, at=at)
    if isinstance(agreed, Refused):
        return agreed
    if screening.verdict is gate.Verdict.HOLD:
        return _hold(request, screening, by=by, at=at)
    return sealing.Ready(request=request, agreed=agreed, released_by=by.pseudonym)


def _hold(
    request: ReleaseRequest, screening: gate.Screening, *, by: Officer, at: dt.datetime
) -> Held:
    new = safeguards.NewHold(
        subject=request.urn,
        desk=records.kind(request.kind).desk,
        kind=request.kind,
        purpose=request.purpose,
        peer=request.audience,
        pact=request.pact_id,
        digest=screening.digest,
        reasons=screening.reasons,
        release=request.to_bytes(),
        retain_until=request.retain_until,
    )
    hold = safeguards.hold(new=new, by=by, at=at)
    return Held(hold_id=hold.pk, rules=screening.reasons)


def _decide(
    request: ReleaseRequest, *, pact: SignedPact, by: Officer, at: dt.datetime
) -> sealing.Agreed | Refused:
    agreed = sealing.Agreed.of(pact=pact, request=request)
    used = queries.used_by_us(pact=pact, peer=request.audience, before=at)
    asked = passage(request, via=agreed.via, used=used, at=at)
    decision = decide(pact=pact, passage=asked, at=at)
    if isinstance(decision, Refuse):
        stage = Stage.PACT
        refused = _refuse(request, ground=decision.code, stage=stage, by=by, at=at)
        return replace(refused, clause=decision.clause)
    return agreed


def _refuse(
    request: ReleaseRequest, *, ground: str, stage: Stage, by: Officer, at: dt.datetime
) -> Refused:
    refusal = safeguards.NewRefusal(
        stage=stage,
        ground=ground,
        kind=request.kind,
        purpose=request.purpose,
        peer=request.audience,
        pact=request.pact_id,
    )
    safeguards.count_refusal(refusal=refusal, subject=request.urn, by=by.pseudonym, at=at)
    return Refused(ground=ground)
