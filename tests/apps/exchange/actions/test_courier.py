from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mithaq.apps.exchange.actions import courier, timing
from mithaq.apps.exchange.models import Outbound, OutgoingReceipt
from mithaq.core.envelope import batch
from mithaq.core.ids import BureauId
from tests.factories.federation import XA, XB
from tests.factories.federation_methods import check_delivered, many, send
from tests.factories.federation_network import Network, Wire

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


def deliver(network: Network, *, chance: float = 0.5, to: BureauId = XB) -> int:
    with network.nodes[XA].inside():
        return courier.deliver(
            next_hop=to, transport=Wire(network=network), chance=lambda: chance, at=network.now
        )


def due(network: Network, at: dt.datetime) -> int:
    with network.nodes[XA].inside():
        return len(courier.claim_envelopes(next_hop=XB, at=at))


def test_a_courier_that_dies_loses_nothing(network: Network) -> None:
    urns = send(network, many(network, 3))
    assert due(network, network.now) == 3  # claimed, and then its process is killed

    network.pump()

    check_delivered(network, urns)


def test_what_one_courier_holds_no_other_takes_until_the_lease_ends(network: Network) -> None:
    send(network, many(network, 3))
    assert due(network, network.now) == 3

    assert due(network, network.now + timing.LEASE - SECOND) == 0
    assert due(network, network.now + timing.LEASE) == 3


def test_each_failure_is_waited_for_longer(network: Network) -> None:
    network.nodes[XB].is_up = False
    send(network, many(network, 1))
    waits = []
    for _ in range(12):
        assert deliver(network, chance=0.99) == 0
        with network.nodes[XA].inside():
            row = Outbound.objects.get()
        assert row.next_attempt_at is not None
        assert row.last_fault == "delivery.unreachable"
        waits.append(row.next_attempt_at - network.now)
        network.now = row.next_attempt_at

    assert waits == sorted(waits)
    assert max(waits) <= timing.LONGEST_WAIT


def test_an_item_at_fault_does_not_hold_up_the_others(network: Network) -> None:
    send(network, many(network, 3))
    with network.nodes[XA].inside():
        row = Outbound.objects.get(sequence=2)
        Outbound.objects.filter(pk=row.pk).update(sealed=bytes(row.sealed)[:-1] + b"?")

    assert deliver(network) == 2

    with network.nodes[XA].inside():
        assert sorted(Outbound.objects.values_list("state", flat=True)) == [
            "accepted",
            "received",
            "received",
        ]
        assert Outbound.objects.get(sequence=2).attempts == 1


def test_a_hop_that_the_directory_does_not_know_is_waited_for(network: Network) -> None:
    send(network, many(network, 1))
    with network.nodes[XA].inside():
        Outbound.objects.update(next_hop="XQ")

    assert deliver(network, to=BureauId("XQ")) == 0

    with network.nodes[XA].inside():
        row = Outbound.objects.get()
        assert row.last_fault == "envelope.unknown_sender"
        assert row.next_attempt_at is not None
        assert row.next_attempt_at > network.now


def test_a_request_holds_no_more_than_a_batch_may(network: Network) -> None:
    send(network, many(network, batch.MAX_ITEMS + 1))

    assert deliver(network) == batch.MAX_ITEMS
    assert deliver(network) == 1


def test_a_request_is_no_longer_than_a_batch_may_be(network: Network) -> None:
    send(network, many(network, 3))
    large = bytes(batch.MAX_BODY // 2)
    with network.nodes[XA].inside():
        Outbound.objects.update(sealed=large)

    assert due(network, network.now) == 1


def test_an_envelope_that_settles_is_asked_for_no_more(network: Network) -> None:
    send(network, many(network, 1))

    network.pump()

    with network.nodes[XA].inside():
        assert Outbound.objects.get().next_attempt_at is None
    with network.nodes[XB].inside():
        assert set(OutgoingReceipt.objects.values_list("next_attempt_at", flat=True)) == {None}


def test_an_envelope_that_was_taken_and_not_settled_is_asked_for_again(network: Network) -> None:
    send(network, many(network, 1))

    deliver(network)

    with network.nodes[XA].inside():
        row = Outbound.objects.get()
    assert (row.state, row.next_attempt_at) == ("received", network.now + timing.OPENING_WAIT)


def test_a_receipt_that_came_another_way_meanwhile_ends_the_asking(network: Network) -> None:
    send(network, many(network, 1))
    deliver(network)
    network.pump()
    with network.nodes[XA].inside():  # a courier had claimed it before the receipt came
        Outbound.objects.update(next_attempt_at=network.now)

    deliver(network)

    with network.nodes[XA].inside():
        row = Outbound.objects.get()
        assert (row.state, row.next_attempt_at) == ("opened", None)


def test_the_number_of_queries_does_not_grow_with_the_batch(network: Network) -> None:
    counts = []
    with network.nodes[XA].inside():
        for first, count in ((1, 2), (100, 20)):
            send(network, many(network, count, first=first))
            with CaptureQueriesContext(connection) as queries:
                assert deliver(network) == count
            counts.append(len(queries))

    assert counts[1] <= counts[0]
