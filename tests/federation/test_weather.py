"""What the network does to requests, one mishap at a time and all together.

After the weather has calmed, every accepted message is opened exactly once, its evidence says so,
no gap stays, no alarm was raised, and the journals of all nodes verify.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from mithaq.apps.exchange.models import OutgoingReceipt
from mithaq.core.ids import BureauId
from tests.factories.federation import XA, XB, XS
from tests.factories.federation_methods import check_delivered, events, many, send
from tests.factories.federation_network import Network, Weather

pytestmark = pytest.mark.django_db

COUNT = 12  # messages; some go straight and some by the relay
HOUR = dt.timedelta(hours=1)
STORM = Weather(
    drop_request=0.2,
    drop_answer=0.2,
    delay=0.15,
    duplicate=0.2,
    reorder=0.4,
    tamper_item=0.2,
    tamper_answer=0.2,
    replay=0.3,
)


def test_in_calm_weather_everything_arrives_once(network: Network) -> None:
    urns = send(network, many(network, COUNT))

    network.pump()

    check_delivered(network, urns)


def test_in_calm_weather_everything_arrives_once_by_the_relay(network: Network) -> None:
    urns = send(network, many(network, COUNT, pact="methods-relayed"))

    network.pump()

    check_delivered(network, urns)


@pytest.mark.parametrize(
    "mishap",
    [
        "drop_request",
        "drop_answer",
        "delay",
        "duplicate",
        "reorder",
        "tamper_item",
        "tamper_answer",
        "replay",
    ],
)
@pytest.mark.parametrize("pact", ["methods-direct", "methods-relayed"])
def test_one_mishap_loses_nothing_and_doubles_nothing(
    network: Network, mishap: str, pact: str
) -> None:
    network.weather = replace(Weather(), **{mishap: 0.6})
    urns = []
    for first in range(1, COUNT, 4):  # in several batches
        urns += send(network, many(network, 4, first=first, pact=pact))
        network.pump(within=dt.timedelta(minutes=2))

    network.calm()
    network.pump()

    assert network.seen[mishap] > 0
    check_delivered(network, urns)


@pytest.mark.parametrize("seed", range(4))
def test_in_a_storm_nothing_is_lost_and_nothing_doubled(network: Network, seed: int) -> None:
    network.random.seed(seed)
    network.weather = STORM
    urns = []
    for first in range(1, 2 * COUNT, 4):
        pact = network.random.choice(["methods-direct", "methods-relayed"])
        urns += send(network, many(network, 4, first=first, pact=pact))
        down = network.random.choice(list(network.nodes.values()))
        down.is_up = False
        network.pump(within=dt.timedelta(minutes=1))
        down.is_up = True
        other = network.random.choice(list(network.nodes.values()))
        other.offset = dt.timedelta(minutes=network.random.randint(-20, 20))
        network.pump(within=dt.timedelta(minutes=1))

    network.calm()
    network.pump(within=2 * HOUR)

    assert len(network.seen) >= 6
    check_delivered(network, urns)


def test_the_same_seed_gives_the_same_storm() -> None:
    first = Network(nodes={}, pacts={}, seed=7)
    second = Network(nodes={}, pacts={}, seed=7)

    assert [first.random.random() for _ in range(9)] == [second.random.random() for _ in range(9)]


@pytest.mark.parametrize("down", [XA, XB, XS])
def test_a_node_that_is_down_for_a_day_loses_nothing(network: Network, down: BureauId) -> None:
    urns = send(network, many(network, 4, pact="methods-relayed"))
    network.nodes[down].is_up = False
    for _ in range(4):
        network.pump(within=dt.timedelta(minutes=1))
        network.wait(6 * HOUR)

    network.calm()
    network.pump()

    check_delivered(network, urns)


@pytest.mark.parametrize("minutes", [pytest.param(-20, id="behind"), pytest.param(20, id="ahead")])
@pytest.mark.parametrize("wrong", [XA, XB, XS])
def test_a_wrong_clock_delays_and_loses_nothing(
    network: Network, wrong: BureauId, minutes: int
) -> None:
    network.nodes[wrong].offset = dt.timedelta(minutes=minutes)
    urns = send(network, many(network, 4, pact="methods-relayed"))
    network.pump(within=dt.timedelta(minutes=10))

    network.calm()
    network.pump(within=2 * HOUR)

    check_delivered(network, urns)


def test_a_replay_is_answered_with_the_same_receipts(network: Network) -> None:
    network.weather = Weather(replay=1.0)
    urns = send(network, many(network, COUNT))

    network.pump()

    with network.nodes[XB].inside():
        receipts = OutgoingReceipt.objects.values_list("message_id", "state")
        assert len(receipts) == len(set(receipts)) == 2 * COUNT
    check_delivered(network, urns)


def test_a_relay_that_withholds_is_told_to_people_and_pretends_nothing(network: Network) -> None:
    network.nodes[XS].carries = False
    urns = send(network, many(network, 2, pact="methods-relayed"))
    network.pump(within=dt.timedelta(minutes=2))
    network.wait(13 * HOUR)

    with network.nodes[XA].inside():
        assert events("envelope-failed") == len(urns)
    network.calm()
    network.pump()

    check_delivered(network, urns)
