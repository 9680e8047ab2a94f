"""Keys that change while envelopes and receipts are on their way."""

from __future__ import annotations

import datetime as dt
import pathlib

import pytest

from mithaq.apps.directory import actions as directory
from mithaq.apps.exchange import queries
from mithaq.apps.exchange.models import Inbound, Outbound
from mithaq.apps.keys import actions as keys
from mithaq.apps.keys.models import Key
from mithaq.core.ids import KeyId
from mithaq.core.keys import KeyRole
from tests.factories.federation import OPERATOR, XA, XB, XC, XS
from tests.factories.federation_crafting import arrive, craft
from tests.factories.federation_methods import (
    check_delivered,
    check_journals,
    many,
    send,
    stored_nothing,
)
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def rotate_node_key(network: Network, tmp_path: pathlib.Path) -> None:
    """Let XA change its node key, destroy the old one, and tell the others."""
    sender = network.nodes[XA]
    sender.own_secrets(tmp_path / "secrets")
    at = network.now
    with sender.inside():
        old = [KeyId(bytes(key.kid)) for key in Key.objects.filter(role=KeyRole.NODE)]
        keys.rotate(role=KeyRole.NODE, by=OPERATOR, at=at)
        keys.destroy(kids=old, by=OPERATOR, at=at)
        signed = directory.publish(
            kind="national",
            names=dict.fromkeys(("ar", "fr", "en", "es"), "Atlas"),
            contacts=(),
            by=OPERATOR,
            at=at,
        )
    for code in (XB, XC, XS):
        with network.nodes[code].inside():
            directory.load(signed=signed, pinned=None, by=OPERATOR, at=at)


def test_a_node_key_rotated_out_is_turned_away_by_name(
    network: Network, tmp_path: pathlib.Path
) -> None:
    before = craft(network).build()
    network.now += HOUR
    rotate_node_key(network, tmp_path)

    assert arrive(network, XB, before) == "envelope.key_expired"

    assert stored_nothing(network.nodes[XB])
    with network.nodes[XB].inside():
        assert queries.turned_away() == {"envelope.key_expired": 1}
    check_journals(network)


def test_after_a_rotation_the_new_key_is_believed(network: Network, tmp_path: pathlib.Path) -> None:
    network.now += HOUR
    rotate_node_key(network, tmp_path)
    urns = send(network, many(network, 2))

    network.pump()

    check_delivered(network, urns)


def test_an_envelope_taken_before_a_rotation_is_opened_after_it(
    network: Network, tmp_path: pathlib.Path
) -> None:
    assert arrive(network, XB, craft(network).build()) == ""
    network.now += HOUR
    rotate_node_key(network, tmp_path)

    network.pump()

    with network.nodes[XB].inside():
        assert list(Inbound.objects.values_list("state", flat=True)) == ["opened"]


def test_a_receipt_signed_before_a_rotation_is_believed_after_it(
    network: Network, tmp_path: pathlib.Path
) -> None:
    urns = send(network, many(network, 1))
    network.nodes[XA].is_up = False
    with network.nodes[XA].inside():
        (sealed,) = (bytes(row.sealed) for row in Outbound.objects.all())
    arrive(network, XB, sealed)
    network.pump(within=dt.timedelta(minutes=1))
    network.now += HOUR
    receiver = network.nodes[XB]
    receiver.own_secrets(tmp_path / "secrets")
    with receiver.inside():
        old = [KeyId(bytes(key.kid)) for key in Key.objects.filter(role=KeyRole.NODE)]
        keys.rotate(role=KeyRole.NODE, by=OPERATOR, at=network.now)
        keys.destroy(kids=old, by=OPERATOR, at=network.now)
        signed = directory.publish(
            kind="national",
            names=dict.fromkeys(("ar", "fr", "en", "es"), "Bahr"),
            contacts=(),
            by=OPERATOR,
            at=network.now,
        )
    with network.nodes[XA].inside():
        directory.load(signed=signed, pinned=None, by=OPERATOR, at=network.now)
    network.calm()

    network.pump()

    check_delivered(network, urns)
