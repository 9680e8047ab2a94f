from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mithaq.apps.exchange.actions import arrivals, opening
from mithaq.apps.exchange.models import Evidence, Inbound, Outbound, OutgoingReceipt
from mithaq.apps.methods.models import Method
from mithaq.apps.pacts.models import Pact
from mithaq.apps.safeguards.models import Refusal
from mithaq.core.ids import Urn
from tests.factories.federation import XA, XB
from tests.factories.federation_methods import (
    HOSTILE,
    check_delivered,
    events,
    many,
    naming_supplier,
    renamed,
    request,
    send,
    send_unchecked,
    with_quota,
)
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@contextmanager
def stumbling(title: str) -> Iterator[None]:
    """Let the database refuse a method of that title, as a fault of our own would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'a fault of our own'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER stumble BEFORE INSERT ON methods_method FOR EACH ROW "
            f"WHEN (NEW.title = '{title}') EXECUTE FUNCTION stumble()"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER stumble ON methods_method")


def bring(network: Network) -> None:
    """Hand what XA has queued to XB, unopened."""
    with network.nodes[XA].inside():
        sealed = [bytes(row.sealed) for row in Outbound.objects.order_by("sequence")]
    with network.nodes[XB].inside():
        arrivals.take_in(envelopes=sealed, at=network.now)


def test_an_envelope_that_breaks_a_batch_is_set_aside_and_stops_no_other(
    network: Network,
) -> None:
    wanted = many(network, 5)
    send(network, wanted)
    bring(network)
    with network.nodes[XB].inside(), stumbling("False parcel message 3"):
        assert opening.open_waiting(at=network.now) == 4

        left = Inbound.objects.get(state="received")
        assert Method.objects.count() == 4
        assert left.next_attempt_at is not None
        assert left.next_attempt_at > network.now
        assert (left.attempts, left.last_fault) == (1, "ProgrammingError")


def test_what_was_set_aside_is_opened_once_the_fault_is_mended(network: Network) -> None:
    urns = send(network, many(network, 3))
    bring(network)
    with network.nodes[XB].inside(), stumbling("False parcel message 2"):
        opening.open_waiting(at=network.now)

    network.pump()

    check_delivered(network, urns)


def test_a_node_without_its_keys_refuses_nothing_for_that(network: Network) -> None:
    urns = send(network, many(network, 2))
    bring(network)
    receiver = network.nodes[XB]
    secrets, receiver.secrets = receiver.secrets, receiver.files / "nowhere"
    with receiver.inside():
        assert opening.open_waiting(at=network.now) == 0
        assert set(Inbound.objects.values_list("state", flat=True)) == {"received"}

    receiver.secrets = secrets
    network.pump()

    check_delivered(network, urns)


@pytest.mark.parametrize(
    ("changes", "ground"),
    [
        pytest.param({"purpose": "support-investigation"}, "pact.purpose", id="purpose"),
        pytest.param({"offences": ("cultural-property",)}, "pact.offence", id="offence"),
    ],
)
def test_the_receiver_asks_the_pact_itself(
    network: Network, changes: dict[str, str], ground: str
) -> None:
    send_unchecked(network, request(network, **changes))  # type: ignore[arg-type]  # a table

    network.pump()

    refused(network, ground)


@pytest.mark.parametrize(
    ("field", "value", "ground"),
    [
        pytest.param("necessity", "", "necessity-missing", id="necessity"),
        pytest.param("case_reference", "", "case-reference-missing", id="case"),
    ],
)
def test_the_receiver_runs_the_structural_rules_of_the_gate_itself(
    network: Network, *, field: str, value: str, ground: str
) -> None:
    send_unchecked(network, renamed(request(network), **{field: value}))

    network.pump()

    refused(network, ground)


@pytest.mark.parametrize("approved_by", [None, HOSTILE], ids=["nobody", "the same officer"])
def test_what_a_second_officer_has_to_see_is_refused_without_one(
    network: Network, approved_by: str | None
) -> None:
    send_unchecked(network, naming_supplier(network), approved_by=approved_by)

    network.pump()

    refused(network, "second-approval-missing")


def test_what_a_second_officer_has_seen_is_opened(network: Network) -> None:
    send_unchecked(network, naming_supplier(network), approved_by="o-second")

    network.pump()

    with network.nodes[XB].inside():
        assert Inbound.objects.get().state == "opened"


def test_the_receiver_counts_the_quota_itself_within_a_batch_too(network: Network) -> None:
    with_quota(network, most=2)
    for number in range(1, 5):
        send_unchecked(network, request(network, number, pact="quota"))

    network.pump()

    with network.nodes[XB].inside():
        assert Inbound.objects.filter(state="opened").count() == 2
        assert set(Inbound.objects.filter(state="refused").values_list("ground", flat=True)) == {
            "pact.quota"
        }


def test_what_names_a_pact_that_is_not_known_here_is_refused(network: Network) -> None:
    send(network, many(network, 1))
    with network.nodes[XB].inside():
        Pact.objects.filter(urn=network.pacts["methods-direct"]).delete()

    network.pump()

    refused(network, "pact.unknown")


def test_a_record_that_is_our_own_does_not_come_back_in(network: Network) -> None:
    wanted = request(network)
    stolen = replace(wanted, urn=Urn(wanted.urn.replace(":XA:", ":XB:")))
    send_unchecked(network, stolen)

    network.pump()

    with network.nodes[XB].inside():
        assert Inbound.objects.get().state == "refused"
        assert not Method.objects.exists()


def refused(network: Network, ground: str) -> None:
    """Check that XB refused, stored nothing, counted it, and that XA was told why."""
    with network.nodes[XB].inside():
        row = Inbound.objects.get()
        assert (row.state, row.ground) == ("refused", ground)
        assert row.next_attempt_at is None
        assert not Method.objects.exists()
        assert list(Refusal.objects.values_list("stage", "ground")) == [("receiver", ground)]
    with network.nodes[XA].inside():
        assert Outbound.objects.get().state == "refused"
        assert Evidence.objects.get(state="refused").ground == ground
        assert events("receipt-received") == 2


def test_one_refusal_in_a_batch_leaves_the_others_alone(network: Network) -> None:
    send(network, many(network, 2))
    send_unchecked(network, request(network, 3, purpose="support-investigation"))

    network.pump()

    with network.nodes[XB].inside():
        assert sorted(Inbound.objects.values_list("state", flat=True)) == [
            "opened",
            "opened",
            "refused",
        ]


def test_opening_and_its_receipt_are_one_transaction(network: Network) -> None:
    send(network, many(network, 1))
    bring(network)
    with network.nodes[XB].inside(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE exchange_outgoingreceipt ADD CONSTRAINT none CHECK (state <> 'opened')"
        )
        opening.open_waiting(at=network.now)

        assert Inbound.objects.get().state == "received"
        assert not Method.objects.exists()
        assert events("record-received") == 0
        assert not OutgoingReceipt.objects.filter(state="opened").exists()


def test_the_number_of_queries_does_not_grow_with_the_batch(network: Network) -> None:
    counts: list[tuple[int, int]] = []
    with network.nodes[XB].inside():
        at = network.now
        for first, count in ((1, 2), (100, 20)):
            send(network, many(network, count, first=first))
            with network.nodes[XA].inside():
                rows = Outbound.objects.filter(state="accepted").order_by("-sequence")[:count]
                sealed = [bytes(row.sealed) for row in rows]
            with CaptureQueriesContext(connection) as taking:
                arrivals.take_in(envelopes=sealed, at=at)
            with CaptureQueriesContext(connection) as opened:
                assert opening.open_waiting(at=at) == count
            counts.append((len(taking), len(opened)))

    assert counts[1][0] <= counts[0][0]
    assert counts[1][1] <= counts[0][1]
