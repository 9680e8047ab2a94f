"""Well-formed documents of one member that are made to stop the work for all others.

A node carries envelopes and receipts of many in one batch: nothing that one of them writes may make
a whole batch fail, nor make a little of it cost much.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from mithaq.apps.exchange.actions import arrivals, clocks, receipts
from mithaq.apps.exchange.models import Evidence, Gap, Inbound, Outbound
from mithaq.apps.journal.models import Event
from mithaq.apps.keys import queries as keys
from mithaq.apps.pacts import queries as pacts
from mithaq.core.clock import CLOCK_SKEW
from mithaq.core.envelope import batch
from mithaq.core.envelope.limits import MAX_CODE, MAX_LIFETIME
from mithaq.core.envelope.receipts import ReceiptFacts, issue
from mithaq.core.ids import BureauId, Digest, MessageId, Urn
from mithaq.core.workflow import EvidenceState
from tests.factories.envelopes import Craft
from tests.factories.federation import XA, XB, XS
from tests.factories.federation_crafting import arrive, craft
from tests.factories.federation_methods import many, send
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)
LONGEST_URN = Urn(f"urn:mithaq:{'A' * 15}:{'a' * 32}:00000000-0000-7000-8000-000000000000")


def changed(made: Craft, **changes: object) -> bytes:
    return replace(made, context=replace(made.context, **changes)).build()  # type: ignore[arg-type]  # names are the fields'


def relayed(made: Craft, network: Network, **changes: object) -> bytes:
    """Return the envelope `made`, to go by XS under the pact that says so."""
    with network.nodes[XA].inside():
        pact = pacts.signed_pact(pact_id=network.pacts["methods-relayed"], at=network.now)
    return changed(made, **{"via": (XS,), "pact_id": pact.id, "pact_hash": pact.hash, **changes})


def stated(network: Network, **changes: object) -> bytes:
    """Return what XB, who signs anything, states of the one envelope that left XA."""
    with network.nodes[XA].inside():
        row = Outbound.objects.get()
    facts = ReceiptFacts(
        envelope_digest=Digest(bytes(row.digest)),
        message_id=MessageId(row.message_id.bytes),
        issuer=XA,
        audience=XB,
        reporter=XB,
        state=EvidenceState.OPENED,
        at=network.now,
        journal_position=0,
        journal_size=1,
    )
    with network.nodes[XB].inside():
        signer = keys.node_signer(at=network.now)
        (body,) = issue(items=[replace(facts, **changes)], signer=signer)  # type: ignore[arg-type]  # names are the fields'
        return body


def take(network: Network, bodies: Sequence[bytes]) -> list[str]:
    with network.nodes[XA].inside():
        return receipts.take(bodies=bodies, at=network.now).faults


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"purpose": "p" * MAX_CODE}, id="purpose"),
        pytest.param({"kind": "k" * MAX_CODE}, id="kind"),
        pytest.param({"pact_id": LONGEST_URN}, id="pact"),
        pytest.param({"via": (BureauId("X" * 15),)}, id="relay"),
    ],
)
def test_the_longest_words_of_a_context_fit_and_are_refused_in_order(
    network: Network, changes: dict[str, object]
) -> None:
    assert arrive(network, XB, changed(craft(network), **changes)) == ""

    network.pump()

    with network.nodes[XB].inside():
        assert list(Inbound.objects.values_list("state", flat=True)) == ["refused"]


@pytest.mark.parametrize("field", ["purpose", "kind", "handling", "content_type"])
def test_a_null_character_in_a_context_is_turned_away(network: Network, field: str) -> None:
    fault = arrive(network, XB, changed(craft(network), **{field: "a\0b"}))

    assert fault == "envelope.bad_context"


def test_the_longest_ground_of_a_refusal_is_kept(network: Network) -> None:
    send(network, many(network, 1))

    longest = stated(network, state=EvidenceState.REFUSED, ground="g" * MAX_CODE)

    assert take(network, [longest]) == [""]

    with network.nodes[XA].inside():
        assert Outbound.objects.get().state == EvidenceState.REFUSED
        assert Evidence.objects.get(state="refused").ground == "g" * MAX_CODE


def test_a_ground_with_a_null_character_stops_no_other_receipt(network: Network) -> None:
    send(network, many(network, 1))
    poison = stated(network, state=EvidenceState.REFUSED, ground="a\0b")

    assert take(network, [poison, stated(network)]) == ["receipt.malformed", ""]


@pytest.mark.parametrize(
    ("before", "fault"),
    [(CLOCK_SKEW, ""), (CLOCK_SKEW + SECOND, "receipt.unknown_envelope")],
    ids=["clocks differ", "no envelope was there"],
)
def test_a_receipt_dated_before_its_envelope_proves_nothing(
    network: Network, before: dt.timedelta, fault: str
) -> None:
    send(network, many(network, 1))

    assert take(network, [stated(network, at=network.now - before)]) == [fault]


def test_a_relay_passes_on_what_an_issuer_numbered_twice(network: Network) -> None:
    honest = craft(network)
    pair = [
        relayed(honest, network, message_id=MessageId(bytes([number]) * 16)) for number in (1, 2)
    ]

    with network.nodes[XS].inside():
        answers = arrivals.take_in(envelopes=pair, at=network.now)

        assert [item.fault for item in answers.items] == ["", ""]
        assert Outbound.objects.count() == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["relayed first", "ours first"])
def test_one_id_is_not_both_relayed_and_taken_in(network: Network, order: tuple[int, int]) -> None:
    """Otherwise two receipts would want the same place, and a batch would never be stored."""
    honest = craft(network)
    pair = [relayed(honest, network), changed(honest, audience=XS)]

    faults = [arrive(network, XS, pair[index]) for index in order]

    assert faults == ["", "envelope.conflicting_copy"]


def test_skipped_places_cost_no_more_however_often_an_issuer_skips(network: Network) -> None:
    honest = craft(network)
    for number in range(1, 4):
        sequence = number * 1000
        data = changed(
            honest,
            sequence=sequence,
            previous=Digest(bytes(32)),
            message_id=MessageId(sequence.to_bytes(16, "big")),
        )
        assert arrive(network, XB, data) == ""

    with network.nodes[XB].inside():
        assert Gap.objects.count() == batch.MAX_GAPS
        clocks.raise_gaps(at=network.now + clocks.GAP_PATIENCE)
        assert Event.objects.filter(subject__contains="/gap/").count() == batch.MAX_GAPS


def test_a_place_whose_envelope_is_void_by_now_is_missed_no_longer(network: Network) -> None:
    arrive(network, XB, changed(craft(network), sequence=3, previous=Digest(bytes(32))))

    with network.nodes[XB].inside():
        clocks.raise_gaps(at=network.now + MAX_LIFETIME - SECOND)
        assert Gap.objects.count() == 2
        clocks.raise_gaps(at=network.now + MAX_LIFETIME)
        assert not Gap.objects.exists()
