"""Holding, deciding and counting, each with its journal entry in the same transaction."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import uuid
from dataclasses import dataclass

from django.db import transaction

from mithaq.apps.journal import actions as journal
from mithaq.apps.people.models import Officer
from mithaq.apps.safeguards.models import Hold, Refusal, Stage
from mithaq.apps.safeguards.permissions import check_may_decide
from mithaq.apps.safeguards.queries import HoldUnknown
from mithaq.core import ids
from mithaq.core.codes import codelist
from mithaq.core.errors import MithaqError
from mithaq.core.gate import ChangedAfterReview
from mithaq.core.ids import Digest
from mithaq.core.workflow import HOLD, HoldAct, HoldState

_UUID_ENTROPY = 10  # bytes
_EVENT = {
    Stage.GATE: "gate-refused",
    Stage.PACT: "gate-refused",
    Stage.RECEIVER: "envelope-refused",
    Stage.SECOND_OFFICER: "second-rejection",
}


class UnknownGround(MithaqError):
    """The ground of a refusal is in none of the lists."""

    code = "gate.unknown_ground"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """What is to wait for a second officer.

    `digest` is that of the screening, `release` whatever the exchange needs to go on.
    """

    subject: str
    desk: str
    kind: str
    purpose: str
    peer: str
    pact: str
    digest: Digest
    reasons: tuple[str, ...]
    release: bytes
    retain_until: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRefusal:
    """What was refused: `ground` is a rule of the gate, a ground of refusal or an error code."""

    stage: Stage
    ground: str
    kind: str
    purpose: str
    peer: str
    pact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A hold that a second officer released, and what the exchange left with it to go on."""

    hold: Hold
    release: bytes


@transaction.atomic
def hold(*, new: NewHold, by: Officer, at: dt.datetime) -> Hold:
    """Let `new` wait for an officer other than `by`; return the hold."""
    made = Hold.objects.create(
        id=ids.uuid7(at=at, entropy=secrets.token_bytes(_UUID_ENTROPY)),
        subject=new.subject,
        desk=new.desk,
        kind=new.kind,
        purpose=new.purpose,
        peer=new.peer,
        pact=new.pact,
        digest=new.digest,
        reasons=list(new.reasons),
        release=new.release,
        requested_by=by,
        requested_at=at,
        retain_until=new.retain_until,
    )
    _journal("gate-held", made, by=by, at=at)
    return made


@transaction.atomic
def approve(*, hold: uuid.UUID, digest: Digest, by: Officer, at: dt.datetime) -> Released:
    """Release what waits, if it still is what the digest in the officer's hand was made of.

    Raises:
        ChangedAfterReview: `digest` is not that of the hold.
        SameOfficer, PermissionDenied: `by` may not decide it.
        NotAllowed: it is decided already.
        HoldUnknown: there is no such hold.
    """
    found = _decidable(hold, act=HoldAct.RELEASE, by=by)
    if not hmac.compare_digest(bytes(found.digest), digest):
        raise ChangedAfterReview
    release = bytes(found.release)
    _decide(found, act=HoldAct.RELEASE, by=by, at=at)
    return Released(hold=found, release=release)


@transaction.atomic
def reject(*, hold: uuid.UUID, ground: str, by: Officer, at: dt.datetime) -> Hold:
    """Refuse what waits, on a `ground` of the list refusal-ground, and count it.

    Raises:
        UnknownGround: the ground is not in the list.
        SameOfficer, PermissionDenied: `by` may not decide it.
        NotAllowed: it is decided already.
        HoldUnknown: there is no such hold.
    """
    if ground not in codelist("refusal-ground"):
        raise UnknownGround
    found = _decidable(hold, act=HoldAct.REFUSE, by=by)
    found.ground = ground
    _decide(found, act=HoldAct.REFUSE, by=by, at=at)
    _count(
        NewRefusal(
            stage=Stage.SECOND_OFFICER,
            ground=ground,
            kind=found.kind,
            purpose=found.purpose,
            peer=found.peer,
            pact=found.pact,
        ),
        at=at,
    )
    return found


@transaction.atomic
def withdraw(*, hold: uuid.UUID, by: Officer, at: dt.datetime) -> Hold:
    """Take back what waits; the one who prepared it or a supervisor may.

    Raises:
        PermissionDenied: `by` may not.
        NotAllowed: it is decided already.
        HoldUnknown: there is no such hold.
    """
    found = _decidable(hold, act=HoldAct.WITHDRAW, by=by)
    _decide(found, act=HoldAct.WITHDRAW, by=by, at=at)
    return found


@transaction.atomic
def count_refusal(*, refusal: NewRefusal, subject: str, by: str, at: dt.datetime) -> uuid.UUID:
    """Count `refusal`, write it down and return the id of the journal entry.

    `subject` and `by` stand in the journal only.

    Raises:
        UnknownGround: the ground is in none of the lists.
    """
    if not _is_ground(refusal.ground):
        raise UnknownGround
    _count(refusal, at=at)
    return journal.record(
        kind=_EVENT[refusal.stage],
        actor=by,
        subject=subject,
        purpose=refusal.purpose,
        pact=refusal.pact,
        peer=refusal.peer,
        at=at,
    )


def _decidable(hold: uuid.UUID, *, act: HoldAct, by: Officer) -> Hold:
    """Return the hold, locked: of two officers who decide at once the later finds it decided."""
    found = Hold.objects.select_for_update().filter(pk=hold).first()
    if found is None:
        raise HoldUnknown
    check_may_decide(officer=by, hold=found, act=act)
    return found


def _decide(found: Hold, *, act: HoldAct, by: Officer, at: dt.datetime) -> None:
    row = HOLD.row(HoldState(found.state), act)
    found.state = row.target.value
    found.decided_by = by
    found.decided_at = at
    found.release = b""
    found.save(update_fields=("state", "decided_by", "decided_at", "release", "ground"))
    _journal(row.event, found, by=by, at=at)


def _journal(kind: str, about: Hold, *, by: Officer, at: dt.datetime) -> None:
    journal.record(
        kind=kind,
        actor=by.pseudonym,
        subject=about.subject,
        purpose=about.purpose,
        pact=about.pact,
        peer=about.peer,
        at=at,
    )


def _count(refusal: NewRefusal, *, at: dt.datetime) -> None:
    Refusal.objects.create(
        stage=refusal.stage,
        ground=refusal.ground,
        kind=refusal.kind,
        purpose=refusal.purpose,
        peer=refusal.peer,
        pact=refusal.pact,
        at=at,
    )


def _is_ground(code: str) -> bool:
    lists = (codelist("gate-rule"), codelist("refusal-ground"))
    errors = (entry.maps.get("error") for entry in codelist("error-code"))
    return any(code in those for those in lists) or code in set(errors)
