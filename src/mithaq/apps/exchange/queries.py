"""Questions about the exchange. Nothing here writes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.db.models import Count, QuerySet, Sum

from mithaq.apps.exchange.models import (
    Evidence,
    Inbound,
    Outbound,
    OutgoingReceipt,
    TurnedAway,
)
from mithaq.apps.exchange.permissions import check_may_see_traffic
from mithaq.apps.people.models import Officer
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId
from mithaq.core.pacts import Quota, SignedPact, quotas
from mithaq.core.workflow import EvidenceState

PAGE = 50  # rows

RowT = TypeVar("RowT", Outbound, Inbound)


class NotFound(MithaqError):
    """There is no such thing, or it is not for this officer to see."""

    code = "record.not_found"


def sent(
    *, officer: Officer, before: dt.datetime | None = None, state: str = ""
) -> Sequence[Outbound]:
    """Return a page of our own envelopes, newest first, those accepted before `before`."""
    check_may_see_traffic(officer)
    return _page(Outbound.objects.exclude(subject=""), "accepted_at", before=before, state=state)


def received(
    *, officer: Officer, before: dt.datetime | None = None, state: str = ""
) -> Sequence[Inbound]:
    """Return a page of what arrived, newest first, received before `before`."""
    check_may_see_traffic(officer)
    return _page(Inbound.objects.all(), "received_at", before=before, state=state)


def sent_message(*, officer: Officer, message_id: uuid.UUID) -> Outbound:
    """Return one of our own envelopes.

    Raises:
        NotFound: there is none of that id, or the officer may not see it.
    """
    check_may_see_traffic(officer)
    row = Outbound.objects.exclude(subject="").defer("sealed").filter(pk=message_id).first()
    if row is None:
        raise NotFound
    return row


def received_message(*, officer: Officer, message_id: uuid.UUID) -> Inbound:
    """Return an envelope that arrived.

    Raises:
        NotFound: there is none of that id, or the officer may not see it.
    """
    check_may_see_traffic(officer)
    row = Inbound.objects.defer("sealed").filter(message_id=message_id).first()
    if row is None:
        raise NotFound
    return row


def evidence(message_id: uuid.UUID) -> Sequence[Evidence]:
    """Return the steps of an envelope that left, in the order in which we learned of them."""
    return list(Evidence.objects.filter(message_id=message_id).order_by("pk"))


def issued_receipts(message_id: uuid.UUID) -> Sequence[OutgoingReceipt]:
    """Return the receipts that this bureau issued for an envelope, oldest first."""
    return list(OutgoingReceipt.objects.filter(message_id=message_id).order_by("pk"))


def carried(message_id: uuid.UUID) -> bytes:
    """Return a sealed envelope, to be carried by hand.

    Raises:
        NotFound: there is none of that id.
    """
    row = Outbound.objects.filter(pk=message_id).first()
    if row is None:
        raise NotFound
    return bytes(row.sealed)


def hops_due(*, at: dt.datetime) -> set[str]:
    """Return the bureaus for which something is due at `at`."""
    due: set[str] = set()
    for model in (Outbound, OutgoingReceipt):
        rows = model.objects.filter(next_attempt_at__lte=at)
        due |= set(rows.values_list("next_hop", flat=True).distinct())
    return due


def arrivals_due(*, at: dt.datetime) -> bool:
    """Return whether something that arrived waits to be opened at `at`."""
    return Inbound.objects.filter(next_attempt_at__lte=at).exists()


def used_by_us(*, pact: SignedPact, peer: BureauId, before: dt.datetime) -> Mapping[str, int]:
    """Return, for each quota of `pact`, what we sent `peer` in the window that ends then."""
    return {
        quota.ref: _of_kinds(
            Outbound.objects.filter(
                audience=peer, pact_id=pact.id, accepted_at__gt=before - quota.window
            ).exclude(subject=""),
            quota,
        ).count()
        for quota in quotas(pact)
    }


def used_by_peer(*, pact: SignedPact, peer: BureauId, before: dt.datetime) -> Mapping[str, int]:
    """Return, for each quota of `pact`, what we opened of `peer` in the window that ends then."""
    return {
        quota.ref: _of_kinds(
            Inbound.objects.filter(
                issuer=peer,
                pact_id=pact.id,
                state=EvidenceState.OPENED,
                received_at__gt=before - quota.window,
            ),
            quota,
        ).count()
        for quota in quotas(pact)
    }


def and_more(
    used: Mapping[str, int], *, pact: SignedPact, kinds: Sequence[str]
) -> Mapping[str, int]:
    """Return `used` with one record more of each of `kinds`, not stored yet, in every quota."""
    return {
        quota.ref: used[quota.ref]
        + sum(1 for kind in kinds if not quota.kinds or kind in quota.kinds)
        for quota in quotas(pact)
    }


def _of_kinds(rows: QuerySet[RowT], quota: Quota) -> QuerySet[RowT]:
    return rows.filter(kind__in=quota.kinds) if quota.kinds else rows


def counts(*, officer: Officer) -> dict[str, dict[str, int]]:
    """Return how many envelopes left, passed through and arrived, and what was turned away."""
    check_may_see_traffic(officer)
    return by_state()


def turned_away() -> dict[str, int]:
    """Return how often something was turned away at the door, by ground, since the beginning."""
    rows = TurnedAway.objects.order_by("ground").values_list("ground")
    return dict(rows.annotate(Sum("times")))


def by_state() -> dict[str, dict[str, int]]:
    """Return the counts for the operator at the command line, who sees no content by them."""
    return {
        "sent": _by_state(Outbound.objects.exclude(subject="")),
        "relayed": _by_state(Outbound.objects.filter(subject="")),
        "received": _by_state(Inbound.objects.all()),
        "turned_away": turned_away(),
    }


def _by_state(rows: QuerySet[Outbound] | QuerySet[Inbound]) -> dict[str, int]:
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))


def _page(
    rows: QuerySet[RowT], field: str, *, before: dt.datetime | None, state: str
) -> Sequence[RowT]:
    if before is not None:
        rows = rows.filter(**{f"{field}__lt": before})
    if state != "":
        rows = rows.filter(state=state)
    return list(rows.defer("sealed").order_by(f"-{field}")[:PAGE])
