from __future__ import annotations

import datetime as dt
import uuid

import pytest

from mithaq.apps.exchange import queries
from mithaq.apps.exchange.models import Outbound
from tests.factories.federation import XA, XB, XS
from tests.factories.federation_methods import many, send
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)
NOBODY = uuid.UUID(int=1)


def test_an_envelope_leaves_by_hand_as_it_was_sealed(inside_xa: Network) -> None:
    send(inside_xa, many(inside_xa, 1))
    row = Outbound.objects.get()

    assert queries.carried(row.pk) == bytes(row.sealed)
    with pytest.raises(queries.NotFound):
        queries.carried(NOBODY)


def test_only_what_is_due_is_looked_for(inside_xa: Network) -> None:
    send(inside_xa, many(inside_xa, 1))
    send(inside_xa, many(inside_xa, 1, first=2, pact="methods-relayed"))

    assert queries.hops_due(at=inside_xa.now - SECOND) == set()
    assert queries.hops_due(at=inside_xa.now) == {XB, XS}


def test_what_arrived_is_due_until_it_is_settled(network: Network) -> None:
    send(network, many(network, 1))
    with network.nodes[XB].inside():
        assert not queries.arrivals_due(at=network.now)

    network.pump()

    with network.nodes[XB].inside():
        assert not queries.arrivals_due(at=network.now)


def test_what_we_relay_is_counted_apart_from_what_is_ours(network: Network) -> None:
    send(network, many(network, 1, pact="methods-relayed"))
    network.pump()

    with network.nodes[XS].inside():
        assert queries.by_state()["relayed"] == {"relayed": 1}
        assert queries.by_state()["sent"] == {}
    with network.nodes[XA].inside():
        assert queries.by_state()["relayed"] == {}
        assert queries.by_state()["sent"] == {"opened": 1}
