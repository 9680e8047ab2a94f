"""Writing entries, and erasing them."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from mithaq.apps.journal.actions.statements import prepared
from mithaq.apps.journal.models import Erasure, Event
from mithaq.core import codes, ids
from mithaq.core.journal.entry import MAX_TEXT, SALT_SIZE, Entry, commitment
from mithaq.core.journal.errors import BadEntry

ERASED = "entry-erased"
_UUID_ENTROPY = 10  # bytes
_INSERT = """
    WITH event AS (
        INSERT INTO journal_event
            (id, kind, actor, subject, purpose, pact, peer, at, salt)
        SELECT * FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[],
                             %b::text[], %b::text[], %b::timestamptz[], %b::bytea[])
    )
    INSERT INTO journal_pending (event_id, commitment)
    SELECT * FROM unnest(%b::uuid[], %b::bytea[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is to be written down: codes and opaque ids only, never the name of a person.

    `kind` is a code of the list journal-event; what does not apply stays empty.
    """

    kind: str
    actor: str
    subject: str
    at: dt.datetime
    purpose: str = ""
    pact: str = ""
    peer: str = ""


def record(
    *,
    kind: str,
    actor: str,
    subject: str,
    at: dt.datetime,
    purpose: str = "",
    pact: str = "",
    peer: str = "",
) -> uuid.UUID:
    """Write one entry in the caller's transaction and return its id.

    Raises:
        BadEntry: as in `record_many`.
    """
    entry = NewEntry(
        kind=kind, actor=actor, subject=subject, at=at, purpose=purpose, pact=pact, peer=peer
    )
    return record_many([entry])[0]


@transaction.atomic(savepoint=False)
def record_many(entries: Iterable[NewEntry]) -> list[uuid.UUID]:
    """Write `entries` in the caller's transaction, in one statement; return their ids in order.

    Each gets its leaf, which waits for `sequence` to give it a position.

    Raises:
        BadEntry: a kind that the list journal-event does not have, a text of more than 256 code
            points, or an instant without zone.
    """
    salted = [_salted(entry) for entry in entries]
    if salted:
        with prepared(_INSERT, _columns(salted)):
            pass
    return [entry.id for entry in salted]


def _salted(entry: NewEntry) -> Entry:
    _check(entry)
    return Entry(
        id=ids.uuid7(at=entry.at, entropy=secrets.token_bytes(_UUID_ENTROPY)),
        kind=entry.kind,
        actor=entry.actor,
        subject=entry.subject,
        purpose=entry.purpose,
        pact=entry.pact,
        peer=entry.peer,
        at=entry.at,
        salt=secrets.token_bytes(SALT_SIZE),
    )


def _check(entry: NewEntry) -> None:
    if entry.kind not in codes.codelist("journal-event"):
        raise BadEntry(f"{entry.kind!r} is no event of the journal")
    texts = (entry.actor, entry.subject, entry.purpose, entry.pact, entry.peer)
    if max(map(len, texts)) > MAX_TEXT or "\0" in "".join(texts):
        raise BadEntry("a field is too long, or holds a null character")
    if entry.at.tzinfo is None:
        raise BadEntry("the instant has no zone")


def _columns(entries: Sequence[Entry]) -> list[list[object]]:
    rows = (
        (e.id, e.kind, e.actor, e.subject, e.purpose, e.pact, e.peer, e.at, e.salt, e.id)
        for e in entries
    )
    columns: list[list[object]] = [list(column) for column in zip(*rows, strict=True)]
    return [*columns, [commitment(entry) for entry in entries]]


@transaction.atomic
def erase(*, ids: Iterable[uuid.UUID], by: str, at: dt.datetime) -> int:
    """Erase the entries `ids` with their salts; return how many there were.

    Their leaves stay, and an entry about each erasure is written. The entry of an erasure is
    never erased itself.
    """
    erasable = Event.objects.filter(id__in=list(ids)).exclude(kind=ERASED)
    found = sorted(erasable.select_for_update().values_list("id", flat=True))
    about = [NewEntry(kind=ERASED, actor=by, subject=str(found_id), at=at) for found_id in found]
    pairs = zip(found, record_many(about), strict=True)
    Erasure.objects.bulk_create(
        Erasure(event_id=erased, by_event_id=saying) for erased, saying in pairs
    )
    Event.objects.filter(id__in=found).delete()
    return len(found)
