"""Making, rotating and destroying keys, each with its journal entry.

The key file is written first and the rows second: a crash between the two leaves a key that is
never used, not a row whose key is gone. One change waits for the other, since each writes the whole
file: of two at once the later would else write away the key that the earlier had made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries, store
from mithaq.apps.keys.models import Key
from mithaq.core.ids import KeyId
from mithaq.core.keys import ALGORITHMS, HeldKey, KeyRole, generate, generate_all

LIFETIMES = {
    KeyRole.AUTHORITY: dt.timedelta(days=5 * 365),
    KeyRole.NODE: dt.timedelta(days=365),
    KeyRole.JOURNAL: dt.timedelta(days=5 * 365),
    KeyRole.SEALING: dt.timedelta(days=30),
    KeyRole.STORAGE: dt.timedelta(days=10 * 365),
}
_LOCK = 0x6B_65_79_73  # "keys"
EARLY = dt.timedelta(minutes=10)  # a key holds a little before it was made: clocks differ


@transaction.atomic
def create_all(*, by: str, at: dt.datetime) -> None:
    """Make the first keys of this node.

    Raises:
        KeysPresent: there is a key file already.
    """
    _one_at_a_time()
    if store.path().exists():
        raise store.KeysPresent
    held = generate_all(at=at)
    store.write(held)
    _note(held, kind="key-created", by=by, at=at)


@transaction.atomic
def rotate(*, role: KeyRole, by: str, at: dt.datetime) -> None:
    """Make new keys of `role`; the old ones hold until their own time ends.

    The bureau's descriptor has to be published again before others use the new key.
    """
    _one_at_a_time()
    fresh = [HeldKey(role=role, key=generate(alg), created_at=at) for alg in ALGORITHMS[role]]
    store.write([*store.read(), *fresh])
    _note(fresh, kind="key-rotated", by=by, at=at)


@transaction.atomic
def destroy(*, kids: Iterable[KeyId], by: str, at: dt.datetime) -> int:
    """Return how many keys were destroyed: what was sealed for them only stays sealed."""
    _one_at_a_time()
    rows = list(Key.objects.select_for_update().filter(pk__in=list(kids), destroyed_at=None))
    gone = {bytes(row.kid) for row in rows}
    store.write([held for held in store.read() if held.public.kid not in gone])
    Key.objects.filter(pk__in=list(gone)).update(destroyed_at=at)
    journal.record_many(
        _entry("key-revoked", row.role, KeyId(bytes(row.kid)), by=by, at=at) for row in rows
    )
    return len(rows)


def destroy_ended_sealing_keys(*, grace: dt.timedelta, by: str, at: dt.datetime) -> int:
    """Return how many sealing keys were destroyed that ended longer than `grace` ago."""
    ended = queries.sealing_keys_ended(before=at - grace)
    return destroy(kids=[KeyId(bytes(row.kid)) for row in ended], by=by, at=at)


def _one_at_a_time() -> None:
    """Wait for other changes of the key file until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _note(held: Sequence[HeldKey], *, kind: str, by: str, at: dt.datetime) -> None:
    Key.objects.bulk_create(
        Key(
            kid=one.public.kid,
            role=one.role,
            algorithm=one.public.alg,
            public=one.public.raw,
            starts_at=at - EARLY,
            ends_at=at + LIFETIMES[one.role],
        )
        for one in held
    )
    journal.record_many(_entry(kind, one.role, one.public.kid, by=by, at=at) for one in held)


def _entry(kind: str, role: str, kid: KeyId, *, by: str, at: dt.datetime) -> journal.NewEntry:
    return journal.NewEntry(kind=kind, actor=by, subject=f"{role}/{kid.hex()}", at=at)
