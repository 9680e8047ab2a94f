"""The common sequence of two bureaus: what is missing is noted, asked for again, and told.

Arrival out of order is normal. A gap is closed when its envelope comes; one that stays is raised
to people by the clock. A place that is taken twice, or an envelope that does not follow the one
before it, is an alarm: somebody has sent from two places, or taken something out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import islice

from mithaq.apps.exchange.models import Arrival, Gap, Inbound
from mithaq.apps.journal import actions as journal
from mithaq.apps.keys import queries as keys
from mithaq.core import cose, envelope
from mithaq.core.envelope.batch import MAX_GAPS
from mithaq.core.ids import BureauId

LAST_PLACE = (1 << 63) - 1  # of a sequence: the largest integer that the column holds


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
    highest = max(places[-1], arrival.sequence)
    gaps = Gap.objects.filter(peer=issuer)
    gaps.filter(sequence__in=places).delete()
    skipped = _skipped(arrival, places)
    room = MAX_GAPS - gaps.count() if skipped else 0
    Gap.objects.bulk_create(
        (Gap(peer=issuer, sequence=place, noticed_at=at) for place in skipped[: max(0, room)]),
        ignore_conflicts=True,
    )
    if highest > arrival.sequence:
        Arrival.objects.filter(peer=issuer).update(sequence=highest)
    _alarm(issuer, count=_taken_twice(issuer, places), what="place-taken", at=at)


def _skipped(arrival: Arrival, places: Sequence[int]) -> list[int]:
    """Return the first places skipped; an issuer may skip more than memory or a journal holds."""
    arrived = set(places)
    between = range(arrival.sequence + 1, places[-1])
    return list(islice((place for place in between if place not in arrived), MAX_GAPS))


def _taken_twice(issuer: BureauId, places: Sequence[int]) -> int:
    """Return how many envelopes stand at `places`, now stored, beyond one each."""
    stored = Inbound.objects.filter(issuer=issuer, sequence__in=places).count()
    return stored - len(set(places))


def _check_order(
    issuer: BureauId, contexts: Sequence[envelope.Context], *, at: dt.datetime
) -> None:
    """Alarm for each envelope that does not name the one before it, where we have both."""
    places = {context.sequence for context in contexts}
    stored = Inbound.objects.filter(issuer=issuer)
    before = stored.filter(sequence__in={place - 1 for place in places} | places)
    digests = {place: bytes(digest) for place, digest in before.values_list("sequence", "digest")}
    after = {place + 1 for place in places if place < LAST_PLACE}
    followers = stored.filter(sequence__in=after - places)
    late = [_context(bytes(sealed)) for sealed in followers.values_list("sealed", flat=True)]
    wrong = [context for context in (*contexts, *late) if not _follows(context, digests)]
    _alarm(issuer, count=len(wrong), what="order-broken", at=at)


def _context(sealed: bytes) -> envelope.Context:
    """Return the context of an envelope that was verified when it was stored."""
    encrypted = cose.read_encrypt(cose.read_sign1(sealed).payload or b"")
    context, _ = envelope.Context.from_headers(encrypted.headers)
    return context


def _follows(context: envelope.Context, digests: Mapping[int, bytes]) -> bool:
    """Return whether `context` names the envelope before it, as far as that is known."""
    if context.previous is None:
        return context.sequence == 1
    known = digests.get(context.sequence - 1)
    return context.sequence > 1 and known in (None, bytes(context.previous))


def _alarm(issuer: BureauId, *, count: int, what: str, at: dt.datetime) -> None:
    journal.record_many(
        journal.NewEntry(
            kind="sequence-alarm", actor=keys.me(), subject=f"{issuer}/{what}", peer=issuer, at=at
        )
        for _ in range(count)
    )
