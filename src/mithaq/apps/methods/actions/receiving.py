"""Methods that other bureaus sent, stored in the transaction of the exchange that opened them.

Obligations, in this order: 1 the record is a method; 2 it bears the name it was sent under;
3 it is not our own coming back; 4 the same version says the same as the one we hold; 5 what its
origin recalled does not come back. The journal entry of the reception is the exchange's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence

from mithaq.apps.keys import queries as keys
from mithaq.apps.methods.actions import rows
from mithaq.apps.methods.actions.rows import Row
from mithaq.apps.methods.models import Method
from mithaq.core import ids
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, Urn
from mithaq.core.records import Arrival, UrnMismatch, WrongRecord, body
from mithaq.core.records.method import KIND
from mithaq.core.records.method import Method as MethodRecord
from mithaq.core.workflow import RECEIVED_METHOD, ReceivedMethodAct, ReceivedMethodState


class VersionConflict(MithaqError):
    """The same version of the record is held already and says something else."""

    code = "record.version_conflict"


class Recalled(MithaqError):
    """The origin has recalled the record."""

    code = "record.recalled"


def receive_many(*, arrivals: Sequence[Arrival], at: dt.datetime) -> list[MithaqError | None]:
    """Store `arrivals` in the caller's transaction; return, in order, why one was refused.

    A version that is held already, or an older one, changes nothing and counts as stored.
    """
    held = _held([arrival.urn for arrival in arrivals])
    answers: list[MithaqError | None] = []
    wanted: dict[Urn, Row] = {}
    known = dict(held)
    me = keys.me()
    for arrival in arrivals:
        try:
            row = _row(arrival, held=known.get(arrival.urn), me=me, at=at)
        except MithaqError as fault:
            answers.append(fault)
            continue
        answers.append(None)
        if row is not None:
            wanted[arrival.urn] = row
            known[arrival.urn] = _as_held(row)
    rows.insert([row for urn, row in wanted.items() if urn not in held])
    rows.replace([row for urn, row in wanted.items() if urn in held], at=at)
    return answers


class _Held:
    """What has to be known of a held method to judge an arrival of the same name."""

    __slots__ = ("digest", "id", "state", "version")

    def __init__(self, *, key: uuid.UUID, version: int, state: str, digest: bytes) -> None:
        self.id, self.version, self.state, self.digest = key, version, state, digest


def _held(urns: Sequence[Urn]) -> dict[Urn, _Held]:
    found = Method.objects.select_for_update().filter(urn__in=urns).order_by("id")
    return {
        Urn(urn): _Held(key=key, version=version, state=state, digest=bytes(digest))
        for urn, key, version, state, digest in found.values_list(
            "urn", "id", "version", "state", "source_digest"
        )
    }


def _as_held(row: Row) -> _Held:
    return _Held(key=row.id, version=row.version, state=row.state, digest=row.source_digest)


def _row(arrival: Arrival, *, held: _Held | None, me: BureauId, at: dt.datetime) -> Row | None:
    """Return the row to store, or None where the held version stays."""
    record = arrival.record
    if not isinstance(record, MethodRecord):  # obligation 1
        raise WrongRecord
    owner, kind, key = ids.parts(arrival.urn)
    if kind != KIND or key != record.key:  # obligation 2
        raise UrnMismatch
    if owner == me:  # obligation 3
        raise UrnMismatch("the record is our own")
    content = body.to_bytes(record)
    digest = Digest(hashlib.sha256(content).digest())
    if held is not None and not _is_news(arrival, held=held, digest=digest):
        return None
    return Row(
        id=rows.new_id(at=at) if held is None else held.id,
        urn=arrival.urn,
        version=arrival.version,
        state=ReceivedMethodState.RECEIVED,
        record=record,
        stored_at=at,
        retain_until=arrival.retain_until,
        content=content,
        digest=digest,
        source_digest=digest,
        pact=arrival.pact_id,
        purpose=arrival.purpose,
        message_id=uuid.UUID(bytes=arrival.message_id),
    )


def _is_news(arrival: Arrival, *, held: _Held, digest: Digest) -> bool:
    if arrival.version == held.version and digest != held.digest:  # obligation 4
        raise VersionConflict
    if arrival.version <= held.version:
        return False
    state = ReceivedMethodState(held.state)
    if not RECEIVED_METHOD.allows(state, ReceivedMethodAct.RENEW):  # obligation 5
        raise Recalled
    return True
