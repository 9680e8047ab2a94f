"""Envelopes that a hostile node makes with its real keys, and handing them in."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace

from mithaq.apps.directory import queries as directory
from mithaq.apps.exchange.actions import courier
from mithaq.apps.exchange.actions.release import CONTENT_TYPE
from mithaq.apps.keys import store
from mithaq.apps.pacts import queries as pacts
from mithaq.core.envelope import Context, batch
from mithaq.core.ids import BureauId, MessageId
from mithaq.core.keys import HeldKey
from tests.factories.envelopes import Bureau, Craft
from tests.factories.federation import XA, XB, Node
from tests.factories.federation_methods import request
from tests.factories.federation_network import Network

WEEK = dt.timedelta(days=7)


def held_by(node: Node) -> Bureau:
    """Return all keys of a node, as whoever has broken into it holds them."""
    with node.inside():
        return Bureau(code=node.code, held=_held(store.stamp()))


@functools.cache
def _held(_stamp: tuple[str, int, int]) -> tuple[HeldKey, ...]:
    return store.read()


def craft(network: Network, *, issuer: BureauId = XA, **changes: object) -> Craft:
    """Return an honest envelope of `issuer` to XB, whose layers can be changed."""
    wanted = request(network, 1, issuer=issuer)
    with network.nodes[XA].inside():
        pact = pacts.signed_pact(pact_id=wanted.pact_id, at=network.now)
        recipient = directory.keyring(at=network.now).sealing(bureau=XB, at=network.now)
    context = Context(
        issuer=issuer,
        audience=XB,
        message_id=MessageId(network.random.randbytes(16)),
        issued_at=network.now,
        expires_at=network.now + WEEK,
        pact_id=pact.id,
        pact_hash=pact.hash,
        purpose=wanted.purpose,
        handling=wanted.facts.handling,
        kind=wanted.kind,
        content_type=CONTENT_TYPE,
        sequence=1,
    )
    payload = wanted.release(released_by="o-hostile", approved_by=None).to_bytes()
    made = Craft(
        context=context,
        payload=payload,
        issuer=held_by(network.nodes[issuer]),
        recipient=recipient,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # names are the fields'


def arrive(network: Network, node: BureauId, data: bytes) -> str:
    """Return the fault with which a node answers an envelope; empty where it took it."""
    answer = network.arrive(network.nodes[node], courier.ENVELOPES, batch.write_batch([data]))
    return batch.read_answers(answer, expected=1).items[0].fault
