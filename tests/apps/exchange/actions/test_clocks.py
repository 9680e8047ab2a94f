from __future__ import annotations

import datetime as dt

import pytest

from mithaq.apps.exchange.actions import clocks, timing
from mithaq.apps.exchange.models import Evidence, Gap, Outbound, OutgoingReceipt
from tests.factories.federation import XA, XB, XS
from tests.factories.federation_methods import check_delivered, events, many, send
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("state", "after", "expected"),
    [
        pytest.param("accepted", timing.DELIVERY_TIMEOUT - SECOND, "accepted", id="not yet"),
        pytest.param("accepted", timing.DELIVERY_TIMEOUT, "failed", id="not delivered"),
        pytest.param("relayed", timing.RELAY_TIMEOUT - SECOND, "relayed", id="relayed, not yet"),
        pytest.param("relayed", timing.RELAY_TIMEOUT, "failed", id="not passed on"),
        pytest.param("received", timing.DELIVERY_TIMEOUT, "received", id="it is there"),
        pytest.param("opened", timing.LIFETIME, "opened", id="the duty is done"),
        pytest.param("refused", timing.LIFETIME, "refused", id="refused is an end"),
        pytest.param("received", timing.LIFETIME, "expired", id="never settled"),
        pytest.param("failed", timing.LIFETIME, "expired", id="given up, then void"),
    ],
)
def test_time_alone_changes_what_is_overdue(
    inside_xa: Network, *, state: str, after: dt.timedelta, expected: str
) -> None:
    send(inside_xa, many(inside_xa, 1))
    Outbound.objects.update(state=state)

    clocks.mark_overdue(at=inside_xa.now + after)

    assert Outbound.objects.get().state == expected
    changed = int(expected != state)
    assert events("envelope-failed") == int(changed and expected == "failed")
    assert events("deadline-missed") == int(changed and expected == "expired")
    assert Evidence.objects.filter(state=expected).count() == changed or expected == "accepted"


def test_what_failed_is_still_sent_and_what_expired_is_not(inside_xa: Network) -> None:
    send(inside_xa, many(inside_xa, 1))

    clocks.mark_overdue(at=inside_xa.now + timing.DELIVERY_TIMEOUT)
    assert Outbound.objects.get().next_attempt_at is not None
    clocks.mark_overdue(at=inside_xa.now + timing.LIFETIME)
    assert Outbound.objects.get().next_attempt_at is None


def test_a_deadline_is_missed_once(inside_xa: Network) -> None:
    send(inside_xa, many(inside_xa, 1))

    for _ in range(2):
        clocks.mark_overdue(at=inside_xa.now + timing.DELIVERY_TIMEOUT)

    assert events("envelope-failed") == 1


def test_a_late_delivery_still_counts(network: Network) -> None:
    urns = send(network, many(network, 1))
    network.nodes[XB].is_up = False
    network.wait(timing.DELIVERY_TIMEOUT)

    network.calm()
    network.pump()

    check_delivered(network, urns)


def test_a_relay_that_has_passed_on_is_not_late(network: Network) -> None:
    send(network, many(network, 2, pact="methods-relayed"))
    network.pump()

    with network.nodes[XS].inside():
        clocks.mark_overdue(at=network.now + timing.LIFETIME)

        assert set(Outbound.objects.values_list("state", flat=True)) == {"relayed"}
        assert events("envelope-failed") == events("deadline-missed") == 0


def test_a_relay_that_could_not_pass_on_is_late(network: Network) -> None:
    network.nodes[XB].is_up = False
    send(network, many(network, 1, pact="methods-relayed"))
    network.pump(within=MINUTE)

    with network.nodes[XS].inside():
        clocks.mark_overdue(at=network.now + timing.RELAY_TIMEOUT)

        assert Outbound.objects.get().state == "failed"
        assert events("envelope-failed") == 1


def test_a_receipt_is_carried_longer_than_its_envelope_lives(network: Network) -> None:
    urns = send(network, many(network, 1))
    with network.nodes[XA].inside():
        sealed = bytes(Outbound.objects.get().sealed)
    network.nodes[XA].is_up = False
    take(network, sealed)
    network.pump(within=MINUTE)
    network.wait(timing.LIFETIME + 60 * MINUTE)  # the envelope is void by now, its receipt is not

    network.calm()
    network.pump()

    check_delivered(network, urns)


def take(network: Network, sealed: bytes) -> None:
    from mithaq.apps.exchange.actions import arrivals

    with network.nodes[XB].inside():
        arrivals.take_in(envelopes=[sealed], at=network.now)


def test_a_receipt_is_given_up_in_the_end(network: Network) -> None:
    send(network, many(network, 1))
    with network.nodes[XA].inside():
        sealed = bytes(Outbound.objects.get().sealed)
    network.nodes[XA].is_up = False
    take(network, sealed)
    network.pump(within=MINUTE)

    with network.nodes[XB].inside():
        clocks.mark_overdue(at=network.now + timing.LIFETIME + timing.RECEIPT_GRACE)

        assert not OutgoingReceipt.objects.filter(next_attempt_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("age", "raised"), [(clocks.GAP_PATIENCE - SECOND, 0), (clocks.GAP_PATIENCE, 1)]
)
def test_a_gap_that_stays_is_raised_to_people_once(
    inside_xa: Network, age: dt.timedelta, raised: int
) -> None:
    Gap.objects.create(peer="XB", sequence=7, noticed_at=inside_xa.now)

    clocks.raise_gaps(at=inside_xa.now + age)
    clocks.raise_gaps(at=inside_xa.now + age)

    assert events("sequence-alarm") == raised
