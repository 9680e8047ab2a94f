"""The common sequence of two bureaus: what is missing is noted, asked for again, and told.

Arrival out of order is normal. A gap is closed when its envelope comes; one that stays is raised
to people by the clock. A place that is taken twice, or an envelope that does not follow the one
before it, is an alarm: somebody has sent from two places, or taken something out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from mithaq.apps.exchange.models import Arrival, Gap, Inbound
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.core import envelope
from mithaq.core.envelope.batch import MAX_GAPS
from mithaq.core.ids import BureauId


def note(*, items: Sequence[envelope.Outer], at: dt.datetime) -> tuple[int, ...]:
    """Return the places still missing from the issuers of `items`, which were just stored.

    The caller holds the lock of each issuer.
    """
    missing: list[int] = []
    for issuer in sorted({item.context.issuer for item in items}):
        theirs = [item.context for item in items if item.context.issuer == issuer]
        _note_places(issuer, sorted(context.sequence for context in theirs), at=at)
        _check_order(issuer, theirs, at=at)
        missing += (
            Gap.objects.filter(peer=issuer)
            .order_by("sequence")
            .values_list("sequence", flat=True)[:MAX_GAPS]
        )
    return tuple(missing[:MAX_GAPS])


def _note_places(issuer: BureauId, places: Sequence[int], *, at: dt.datetime) -> None:
    arrival, _ = Arrival.objects.get_or_create(peer=issuer)
    late = [place for place in places if place <= arrival.sequence]
    highest = max(places[-1], arrival.sequence)
    skipped = sorted(set(range(arrival.sequence + 1, highest)) - set(places))[:MAX_GAPS]
    if len(late) > 0:
        closed, _ = Gap.objects.filter(peer=issuer, sequence__in=late).delete()
        _alarm(issuer, count=len(late) - closed, what="place-taken", at=at)
    Gap.objects.bulk_create(
        (Gap(peer=issuer, sequence=place, noticed_at=at) for place in skipped),
        ignore_conflicts=True,
    )
    if highest > arrival.sequence:
        Arrival.objects.filter(peer=issuer).update(sequence=highest)


def _check_order(
    issuer: BureauId, contexts: Iterable[envelope.Context], *, at: dt.datetime
) -> None:
    """Alarm for each envelope that does not name the one before it, where we have that one."""
    named = {
        context.sequence - 1: bytes(context.previous)
        for context in contexts
        if context.previous is not None
    }
    rows = Inbound.objects.filter(issuer=issuer, sequence__in=list(named))
    wrong = [
        place
        for place, digest in rows.values_list("sequence", "digest")
        if bytes(digest) != named[place]
    ]
    _alarm(issuer, count=len(wrong), what="order-broken", at=at)


def _alarm(issuer: BureauId, *, count: int, what: str, at: dt.datetime) -> None:
    journal.record_many(
        journal.NewEntry(
            kind="sequence-alarm", actor=keys.me(), subject=f"{issuer}/{what}", peer=issuer, at=at
        )
        for _ in range(count)
    )
