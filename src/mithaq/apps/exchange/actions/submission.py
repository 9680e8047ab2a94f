"""From a record that a desk wants to share to an envelope in the queue.

The way of every disclosure: the gate screens it, the pact decides, a second officer looks at it
where the gate says so, then sealing, queueing and the journal entry are one transaction.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
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
from mithaq.core.ids import Digest
from mithaq.core.pacts import Refuse, SignedPact, UnknownPact, decide
from mithaq.core.workflow import HoldAct


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
    desk = _Desk(releases, by=by, at=at)
    judged = [desk.judge(request) for request in releases]
    ready = [verdict for verdict in judged if isinstance(verdict, sealing.Ready)]
    sealed = iter(sealing.seal_and_queue(ready=ready, at=at))
    return [
        Accepted(message_id=next(sealed)) if isinstance(verdict, sealing.Ready) else verdict
        for verdict in judged
    ]


def release_held(*, hold_id: uuid.UUID, digest: Digest, by: Officer, at: dt.datetime) -> Outcome:
    """Return what became of a held release that the second officer `by` lets go.

    `digest` is that of the screening which the officer looked at. Gate and pact are asked again:
    a date may have passed, or the pact have ended, while the release waited.

    Raises:
        HoldUnknown: there is no such hold, or it is none of the officer's concern.
        NotAllowed: it is decided already.
        SameOfficer: `by` prepared it.
        PermissionDenied: `by` is no second officer.
        ChangedAfterReview: what waits is not what was screened, or not what `by` looked at.
    """
    hold = safeguards_queries.hold_to_decide(officer=by, hold=hold_id, act=HoldAct.RELEASE)
    request = ReleaseRequest.from_bytes(bytes(hold.release))
    gate.check_unchanged(reviewed=digest, disclosure=disclosure(request, at=at))
    agreed = _Desk([request], by=by, at=at).judge_again(request)
    if isinstance(agreed, Refused):
        return agreed
    message_id = sealing.approve_and_queue(
        hold_id=hold_id, digest=digest, request=request, agreed=agreed, by=by, at=at
    )
    return Accepted(message_id=message_id)


class _Desk:
    """Judges one batch: the pacts are read once, and what passed counts against their quotas."""

    def __init__(self, releases: Sequence[ReleaseRequest], *, by: Officer, at: dt.datetime) -> None:
        names = {request.pact_id for request in releases}
        self._pacts = pacts.signed_pacts(pact_ids=names, at=at)
        self._passed: list[ReleaseRequest] = []
        self._by = by
        self._at = at

    def judge(self, asked: ReleaseRequest) -> sealing.Ready | Held | Refused:
        """Return whether a release may leave, waits for a second officer, or is refused."""
        pact = self._pacts.get(asked.pact_id)
        if pact is None:
            return self._refuse(asked, ground=UnknownPact.code, stage=Stage.PACT)
        request = within(asked, pact=pact, at=self._at)
        screening = gate.screen(disclosure(request, at=self._at))
        if screening.verdict is gate.Verdict.REFUSE:
            return self._refuse(request, ground=screening.reasons[0], stage=Stage.GATE)
        agreed = self._decide(request, pact=pact)
        if isinstance(agreed, Refused):
            return agreed
        if screening.verdict is gate.Verdict.HOLD:
            return self._hold(request, screening)
        self._passed.append(request)
        return sealing.Ready(request=request, agreed=agreed, released_by=self._by.pseudonym)

    def judge_again(self, request: ReleaseRequest) -> sealing.Agreed | Refused:
        """Return whether a release that waited may still leave, now that it was approved."""
        pact = self._pacts.get(request.pact_id)
        if pact is None:
            return self._refuse(request, ground=UnknownPact.code, stage=Stage.PACT)
        screening = gate.screen(disclosure(request, at=self._at))
        if screening.verdict is gate.Verdict.REFUSE:
            return self._refuse(request, ground=screening.reasons[0], stage=Stage.GATE)
        return self._decide(request, pact=pact)

    def _decide(self, request: ReleaseRequest, *, pact: SignedPact) -> sealing.Agreed | Refused:
        agreed = sealing.Agreed.of(pact=pact, request=request)
        used = self._used(pact, request)
        asked = passage(request, via=agreed.via, used=used, at=self._at)
        decision = decide(pact=pact, passage=asked, at=self._at)
        if isinstance(decision, Refuse):
            refused = self._refuse(request, ground=decision.code, stage=Stage.PACT)
            return replace(refused, clause=decision.clause)
        return agreed

    def _used(self, pact: SignedPact, request: ReleaseRequest) -> Mapping[str, int]:
        """Return what has been used of each quota, this batch included."""
        used = queries.used_by_us(pact=pact, peer=request.audience, before=self._at)
        kinds = [
            earlier.kind
            for earlier in self._passed
            if (earlier.audience, earlier.pact_id) == (request.audience, request.pact_id)
        ]
        return queries.and_more(used, pact=pact, kinds=kinds)

    def _hold(self, request: ReleaseRequest, screening: gate.Screening) -> Held:
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
        hold = safeguards.hold(new=new, by=self._by, at=self._at)
        return Held(hold_id=hold.pk, rules=screening.reasons)

    def _refuse(self, request: ReleaseRequest, *, ground: str, stage: Stage) -> Refused:
        refusal = safeguards.NewRefusal(
            stage=stage,
            ground=ground,
            kind=request.kind,
            purpose=request.purpose,
            peer=request.audience,
            pact=request.pact_id,
        )
        safeguards.count_refusal(
            refusal=refusal, subject=request.urn, by=self._by.pseudonym, at=self._at
        )
        return Refused(ground=ground)
