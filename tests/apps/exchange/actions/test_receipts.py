from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from mithaq.apps.exchange import queries
from mithaq.apps.exchange.actions import arrivals, opening, receipts
from mithaq.apps.exchange.models import Evidence, Outbound, OutgoingReceipt
from mithaq.apps.keys import queries as keys
from mithaq.core.envelope.receipts import ReceiptFacts, issue, read_facts
from mithaq.core.ids import BureauId, Digest, MessageId
from mithaq.core.workflow import EvidenceState
from tests.factories.federation import XA, XB, XC, XS
from tests.factories.federation_methods import events, many, send
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def earned(network: Network, *, by: BureauId = XB) -> list[bytes]:
    """Return the receipts `received` and `opened` of one envelope, not yet carried to XA."""
    send(network, many(network, 1))
    with network.nodes[XA].inside():
        sealed = bytes(Outbound.objects.get().sealed)
    with network.nodes[by].inside():
        arrivals.take_in(envelopes=[sealed], at=network.now)
        opening.open_waiting(at=network.now)
        return [bytes(row.body) for row in OutgoingReceipt.objects.order_by("pk")]


def signed_by(network: Network, reporter: BureauId, facts: ReceiptFacts) -> bytes:
    """Return a receipt that the node of `reporter` signs."""
    with network.nodes[reporter].inside():
        signer = keys.node_signer(at=network.now)
        (body,) = issue(items=[replace(facts, reporter=reporter)], signer=signer)
        return body


def take(network: Network, bodies: Sequence[bytes]) -> list[str]:
    with network.nodes[XA].inside():
        return receipts.take(bodies=bodies, at=network.now).faults


def state(network: Network) -> str:
    with network.nodes[XA].inside():
        return Outbound.objects.get().state


@pytest.mark.parametrize(
    "order",
    [(0, 1), (1, 0), (0, 0, 1, 1), (1, 0, 1), (1, 1)],
    ids=["in order", "out of order", "each twice", "late", "the last alone, twice"],
)
def test_receipts_may_come_in_any_order_and_twice(network: Network, order: tuple[int, ...]) -> None:
    bodies = earned(network)

    faults = take(network, [bodies[index] for index in order])

    assert faults == [""] * len(order)
    assert state(network) == "opened"
    with network.nodes[XA].inside():
        kept = Evidence.objects.exclude(state="accepted").count()
        assert kept == len(set(order))


def test_a_receipt_that_changes_nothing_is_not_journalled_again(network: Network) -> None:
    bodies = earned(network)

    for _ in range(3):
        take(network, bodies)

    with network.nodes[XA].inside():
        assert events("receipt-received") == 2


def test_a_late_receipt_of_an_earlier_step_moves_nothing_back(network: Network) -> None:
    first, last = earned(network)
    take(network, [last])

    take(network, [first])

    assert state(network) == "opened"


def other_digest(facts: ReceiptFacts) -> ReceiptFacts:
    return replace(facts, envelope_digest=Digest(bytes(32)))


def other_message(facts: ReceiptFacts) -> ReceiptFacts:
    return replace(facts, message_id=MessageId(bytes(16)))


def other_audience(facts: ReceiptFacts) -> ReceiptFacts:
    return replace(facts, audience=XC, reporter=XC)


def by_relay(facts: ReceiptFacts) -> ReceiptFacts:
    return replace(facts, state=EvidenceState.RELAYED, reporter=XS)


@pytest.mark.parametrize(
    ("change", "reporter", "fault"),
    [
        pytest.param(other_digest, XB, "receipt.unknown_envelope", id="another envelope"),
        pytest.param(other_message, XB, "receipt.unknown_envelope", id="another message"),
        pytest.param(other_audience, XC, "receipt.unknown_envelope", id="another audience"),
        pytest.param(by_relay, XS, "receipt.unknown_envelope", id="a relay that was not asked"),
    ],
)
def test_a_receipt_counts_only_from_who_can_know(
    network: Network,
    *,
    change: Callable[[ReceiptFacts], ReceiptFacts],
    reporter: BureauId,
    fault: str,
) -> None:
    _, last = earned(network)
    forged = signed_by(network, reporter, change(read_facts(last)))

    assert take(network, [forged]) == [fault]

    assert state(network) == "accepted"
    with network.nodes[XA].inside():
        assert queries.turned_away() == {fault: 1}


def test_a_receipt_in_another_s_name_is_refused(network: Network) -> None:
    _, last = earned(network)
    with network.nodes[XC].inside():
        signer = keys.node_signer(at=network.now)
        (forged,) = issue(items=[read_facts(last)], signer=signer)

    assert take(network, [forged]) == ["envelope.unknown_sender"]

    assert state(network) == "accepted"


def test_no_changed_byte_of_a_receipt_moves_the_evidence(network: Network) -> None:
    _, last = earned(network)
    changed = [
        last[:place] + bytes([last[place] ^ 1]) + last[place + 1 :]
        for place in range(0, len(last), 3)
    ]

    faults = take(network, changed)

    assert "" not in faults
    assert state(network) == "accepted"


def test_a_bad_receipt_does_not_hold_up_the_good_ones(network: Network) -> None:
    first, last = earned(network)

    assert take(network, [first, b"no receipt", last])[1] != ""

    assert state(network) == "opened"


def test_a_relay_passes_receipts_on_and_keeps_no_evidence_of_its_own(network: Network) -> None:
    send(network, many(network, 1, pact="methods-relayed"))

    network.pump()

    with network.nodes[XS].inside():
        passed = OutgoingReceipt.objects.filter(state__in=["received", "opened"])
        assert {(row.audience, row.next_hop) for row in passed} == {(XA, XA)}
        assert len(passed) == 2
        assert not Evidence.objects.exists()
    with network.nodes[XA].inside():
        steps = Evidence.objects.order_by("pk").values_list("state", "peer")
        assert set(steps) == {
            ("accepted", XA),
            ("relayed", XS),
            ("received", XB),
            ("opened", XB),
        }


def test_a_receipt_is_passed_on_once(network: Network) -> None:
    send(network, many(network, 1, pact="methods-relayed"))
    network.pump()
    with network.nodes[XS].inside():
        bodies = [bytes(row.body) for row in OutgoingReceipt.objects.filter(state="opened")]
        receipts.take(bodies=bodies, at=network.now)

        assert OutgoingReceipt.objects.filter(state="opened").count() == 1
        assert not OutgoingReceipt.objects.filter(next_attempt_at__isnull=False).exists()
