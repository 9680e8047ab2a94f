"""A sender that cannot count, or sends from two places, and how it is noticed."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from mithaq.apps.exchange.actions import courier
from mithaq.apps.journal.models import Event
from mithaq.core.envelope import batch
from mithaq.core.ids import Digest, MessageId
from tests.factories.envelopes import Craft
from tests.factories.federation import XB
from tests.factories.federation_crafting import arrive, craft
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db


def place(made: Craft, *, sequence: int, previous: bytes | None = None) -> Craft:
    named = None if previous is None else Digest(previous)
    message_id = MessageId(hashlib.sha256(f"{sequence} {previous!r}".encode()).digest()[:16])
    return replace(
        made,
        context=replace(made.context, sequence=sequence, previous=named, message_id=message_id),
    )


def alarms(network: Network) -> dict[str, int]:
    with network.nodes[XB].inside():
        found = Event.objects.filter(kind="sequence-alarm").values_list("subject", flat=True)
        return {subject: list(found).count(subject) for subject in found}


def test_a_place_taken_twice_is_an_alarm(network: Network) -> None:
    honest = craft(network)
    arrive(network, XB, honest.build())
    other = replace(honest.context, message_id=MessageId(bytes(16)))
    arrive(network, XB, replace(honest, context=other).build())

    assert alarms(network) == {"XA/place-taken": 1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "out of order"])
def test_an_envelope_that_does_not_follow_the_one_before_is_an_alarm(
    network: Network, order: tuple[int, int]
) -> None:
    honest = craft(network)
    pair = [honest.build(), place(honest, sequence=2, previous=bytes(32)).build()]
    for index in order:
        arrive(network, XB, pair[index])

    assert alarms(network) == {"XA/order-broken": 1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "out of order"])
def test_envelopes_that_follow_each_other_are_no_alarm(
    network: Network, order: tuple[int, int]
) -> None:
    honest = craft(network)
    first = honest.build()
    second = place(honest, sequence=2, previous=hashlib.sha256(first).digest()).build()
    for index in order:
        arrive(network, XB, [first, second][index])

    assert alarms(network) == {}


def test_a_later_envelope_that_names_none_before_it_is_an_alarm(network: Network) -> None:
    arrive(network, XB, place(craft(network), sequence=2).build())

    assert alarms(network) == {"XA/order-broken": 1}


def test_an_issuer_that_skips_most_places_there_are_costs_little(network: Network) -> None:
    honest = craft(network)
    last = place(honest, sequence=(1 << 63) - 1, previous=bytes(32)).build()

    answer = network.arrive(network.nodes[XB], courier.ENVELOPES, batch.write_batch([last]))

    assert len(batch.read_answers(answer, expected=1).gaps) == batch.MAX_GAPS
    assert arrive(network, XB, honest.build()) == ""
    assert alarms(network) == {}
