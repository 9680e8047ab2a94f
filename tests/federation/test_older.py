"""Nodes that answer in another form than ours: older, newer, or not nodes at all."""

from __future__ import annotations

import datetime as dt

import pytest

from mithaq.apps.exchange.models import Outbound
from mithaq.core.envelope import batch
from tests.factories.federation import XA, XB
from tests.factories.federation_methods import check_delivered, many, send
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"<html>404</html>", id="no such page"),
        pytest.param(batch.write_batch([b"?"]), id="another form"),
        pytest.param(batch.write_answers(batch.Answers(items=())), id="too few answers"),
    ],
)
def test_an_older_node_delays_and_loses_nothing(network: Network, answer: bytes) -> None:
    network.foreign_answers[XB] = answer
    urns = send(network, many(network, 3))
    network.pump(within=dt.timedelta(minutes=2))
    with network.nodes[XA].inside():
        assert set(Outbound.objects.values_list("state", "last_fault")) == {
            ("accepted", "wire.malformed")
        }

    network.foreign_answers.clear()
    network.pump()

    check_delivered(network, urns)


def test_a_forged_answer_takes_nothing_from_the_queue_of_a_relay(network: Network) -> None:
    urns = send(network, many(network, 1, pact="methods-relayed"))
    forged = batch.Answers(items=(batch.Answer(receipts=(b"no receipt",)),))
    network.foreign_answers[XB] = batch.write_answers(forged)
    network.pump(within=dt.timedelta(minutes=2))

    network.foreign_answers.clear()
    network.pump()

    check_delivered(network, urns)
