"""Taking in envelopes: checked from outside, stored, journalled and receipted in one transaction.

Nothing is opened here. What arrives again is answered with the receipts it earned before; the
same message id with other bytes is an alarm. An envelope for another bureau is kept for passing
on if a pact makes this bureau its relay.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from mithaq.apps.directory import queries as directory
from mithaq.apps.exchange.actions import issuing, sequences, turning_away, wakening
from mithaq.apps.exchange.models import Inbound, Outbound
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.apps.pacts import queries as pacts
from mithaq.core import envelope
from mithaq.core.envelope.batch import Answer, Answers
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, Urn
from mithaq.core.pacts import SignedPact, relays
from mithaq.core.workflow import EvidenceState


class NotARelay(MithaqError):
    """No pact makes this bureau a relay between these two."""

    code = "pact.relay"


Checked = envelope.Outer | envelope.Transit
Place = tuple[BureauId, uuid.UUID]


def take_in(*, envelopes: Sequence[bytes], at: dt.datetime) -> Answers:
    """Return an answer for each of `envelopes`: the receipts it earned, or its fault."""
    door = _Door(at=at)
    checked = [door.check(data) for data in envelopes]
    good = [item for item in checked if not isinstance(item, MithaqError)]
    sealed = {
        item.digest: data
        for item, data in zip(checked, envelopes, strict=True)
        if not isinstance(item, MithaqError)
    }
    with transaction.atomic():
        _one_at_a_time(good)
        known = _known(good)
        fresh = {_place(item): item for item in good if _place(item) not in known}
        ours = [item for item in fresh.values() if isinstance(item, envelope.Outer)]
        others = [item for item in fresh.values() if isinstance(item, envelope.Transit)]
        gaps = _store(ours, sealed, at=at)
        _store_relayed(others, sealed, at=at)
        known |= {place: item.digest for place, item in fresh.items()}
        _raise_alarms(good, known, at=at)
        earned = issuing.receipts_of(known)
    answers = tuple(_answer(item, known, earned) for item in checked)
    turning_away.count(grounds=[one.fault for one in answers if one.fault != ""], at=at)
    return Answers(items=answers, gaps=gaps)


class _Door:
    """Checks envelopes from outside; what it asks for all of them is read once."""

    def __init__(self, *, at: dt.datetime) -> None:
        self._at = at
        self._me = keys.me()
        self._keyring = directory.keyring(at=at)
        self._pacts: dict[Urn, SignedPact] = {}

    def check(self, data: bytes) -> Checked | MithaqError:
        """Return `data` with its outer obligations discharged, or the fault."""
        me, keyring, at = self._me, self._keyring, self._at
        try:
            routing = envelope.read_routing(data)
            if routing.audience == me:
                return envelope.verify_outer(data, me=me, keyring=keyring, at=at)
            relayable = envelope.verify_relay(data, me=me, keyring=keyring, at=at)
            self._check_may_relay(relayable.context)
        except MithaqError as fault:
            return fault
        return relayable

    def _check_may_relay(self, context: envelope.Context) -> None:
        name = context.pact_id
        if name not in self._pacts:
            self._pacts[name] = pacts.signed_pact(pact_id=name, at=self._at)
        pact = self._pacts[name]
        pact.check_named(pact_id=name, pact_hash=context.pact_hash)
        parties = {context.issuer, context.audience} <= set(pact.parties)
        in_force = pacts.in_force(pact, at=self._at)
        if not (parties and in_force and self._me in relays(pact)):
            raise NotARelay


def _place(item: Checked) -> Place:
    return item.context.issuer, uuid.UUID(bytes=item.context.message_id)


def _one_at_a_time(items: Sequence[Checked]) -> None:
    """Let batches of the same issuer wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        for issuer in sorted({item.context.issuer for item in items}):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"inbound:{issuer}"]
            )


def _known(items: Sequence[Checked]) -> dict[Place, bytes]:
    """Return the digests of those of `items` that arrived before.

    An issuer uses an id once, whether it addresses us or has us relay. What we relay stands under
    its message id alone: another issuer's envelope of that id is not relayed either, and has an
    empty digest here.
    """
    places = {_place(item) for item in items}
    names = [message_id for _, message_id in places]
    inbound = Inbound.objects.filter(message_id__in=names)
    known = {
        (BureauId(issuer), message_id): bytes(digest)
        for issuer, message_id, digest in inbound.values_list("issuer", "message_id", "digest")
    }
    outbound = Outbound.objects.filter(pk__in=names).values_list("pk", "issuer", "digest")
    held = {key: (BureauId(issuer), bytes(digest)) for key, issuer, digest in outbound}
    for item in items:
        issuer, message_id = place = _place(item)
        is_relayed = isinstance(item, envelope.Transit)
        if is_relayed:
            held.setdefault(message_id, (issuer, b""))
        holder, digest = held.get(message_id, (issuer, b""))
        if holder == issuer and digest != b"":
            known[place] = digest
        elif holder != issuer and is_relayed:
            known[place] = b""
    return {place: digest for place, digest in known.items() if place in places}


def _store(
    items: Sequence[envelope.Outer], sealed: Mapping[Digest, bytes], *, at: dt.datetime
) -> tuple[int, ...]:
    """Store what is for us and issue `received`; return the places still missing."""
    if len(items) == 0:
        return ()
    Inbound.objects.bulk_create(_row(item, sealed[item.digest], at=at) for item in items)
    gaps = sequences.note(items=items, at=at)
    entries = journal.record_many(_entry(item, kind="envelope-received", at=at) for item in items)
    issuing.issue(
        items=[
            issuing.Due.of(item, state=EvidenceState.RECEIVED, entry=entry)
            for item, entry in zip(items, entries, strict=True)
        ],
        answered=True,
        at=at,
    )
    wakening.wake_opener()
    return gaps


def _row(item: envelope.Outer, sealed: bytes, *, at: dt.datetime) -> Inbound:
    context = item.context
    return Inbound(
        issuer=context.issuer,
        message_id=uuid.UUID(bytes=context.message_id),
        digest=item.digest,
        sealed=sealed,
        sequence=context.sequence,
        via=(*context.via, "")[0],
        pact_id=context.pact_id,
        kind=context.kind,
        purpose=context.purpose,
        state=EvidenceState.RECEIVED,
        received_at=at,
        expires_at=context.expires_at,
        retain_until=context.expires_at,
        next_attempt_at=at,
    )


def _store_relayed(
    items: Sequence[envelope.Transit], sealed: Mapping[Digest, bytes], *, at: dt.datetime
) -> None:
    """Queue what we only pass on and issue `relayed`."""
    if len(items) == 0:
        return
    rows = [_passage(item, sealed[item.digest], at=at) for item in items]
    Outbound.objects.bulk_create(rows)
    entries = journal.record_many(_entry(item, kind="envelope-relayed", at=at) for item in items)
    issuing.issue(
        items=[
            issuing.Due.of(item, state=EvidenceState.RELAYED, entry=entry)
            for item, entry in zip(items, entries, strict=True)
        ],
        answered=True,
        at=at,
    )
    wakening.wake_couriers(row.next_hop for row in rows)


def _passage(item: envelope.Transit, sealed: bytes, *, at: dt.datetime) -> Outbound:
    context = item.context
    return Outbound(
        message_id=uuid.UUID(bytes=context.message_id),
        issuer=context.issuer,
        audience=context.audience,
        next_hop=context.audience,
        pact_id=context.pact_id,
        kind=context.kind,
        purpose=context.purpose,
        sequence=context.sequence,
        sealed=sealed,
        digest=item.digest,
        state=EvidenceState.RELAYED,
        accepted_at=at,
        expires_at=context.expires_at,
        retain_until=context.expires_at,
        next_attempt_at=at,
    )


def _entry(item: Checked, *, kind: str, at: dt.datetime) -> journal.NewEntry:
    context = item.context
    return journal.NewEntry(
        kind=kind,
        actor=keys.me(),
        subject=context.message_id.hex(),
        purpose=context.purpose,
        pact=context.pact_id,
        peer=context.issuer,
        at=at,
    )


def _raise_alarms(
    items: Sequence[Checked], known: Mapping[Place, bytes], *, at: dt.datetime
) -> None:
    """Journal each message id that came again with other bytes."""
    journal.record_many(
        _entry(item, kind="security-incident", at=at)
        for item in items
        if known[_place(item)] != item.digest
    )


def _answer(
    item: Checked | MithaqError,
    known: Mapping[Place, bytes],
    earned: Mapping[Place, tuple[bytes, ...]],
) -> Answer:
    if isinstance(item, MithaqError):
        return Answer(fault=item.code)
    if known[_place(item)] != item.digest:
        return Answer(fault=envelope.ConflictingCopy.code)
    return Answer(receipts=earned.get(_place(item), ()))
