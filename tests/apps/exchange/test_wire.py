from __future__ import annotations

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from mithaq.apps.exchange import queries
from mithaq.apps.exchange.models import Inbound, Outbound
from mithaq.core.envelope import batch
from tests.factories.federation import XA, XB
from tests.factories.federation_methods import many, send
from tests.factories.federation_network import Network

ENVELOPES = "/wire/v1/envelopes"
RECEIPTS = "/wire/v1/receipts"
BOTH = pytest.mark.parametrize("address", [ENVELOPES, RECEIPTS], ids=["envelopes", "receipts"])

pytestmark = pytest.mark.django_db


def post(address: str, body: bytes, *, content_type: str = batch.CONTENT_TYPE) -> HttpResponseBase:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    return client.post(address, data=body, content_type=content_type)


def code(response: HttpResponseBase) -> object:
    return response.json()["code"]  # type: ignore[attr-defined]  # the test client adds it


@BOTH
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data"])
def test_another_content_type_is_refused(address: str, content_type: str) -> None:
    response = post(address, batch.write_batch([]), content_type=content_type)

    assert (response.status_code, code(response)) == (400, "wire.malformed")


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="JSON"),
        pytest.param(batch.write_batch([])[:-1], id="cut off"),
        pytest.param(batch.write_batch([]) + b"\0", id="too long"),
        pytest.param(batch.write_batch([b""] * (batch.MAX_ITEMS + 1)), id="too many items"),
    ],
)
def test_another_form_is_refused(address: str, body: bytes) -> None:
    response = post(address, body)

    assert (response.status_code, code(response)) == (400, "wire.malformed")


def test_reading_a_request_stops_at_the_first_element_too_many() -> None:
    crowded = b"\xa1\x65items\x9a\x00\x7f\xff\xf0" + b"\x80" * 0x7FFFF0

    with pytest.raises(batch.BadBatch, match="too many elements"):
        batch.read_batch(crowded)


@BOTH
def test_a_request_that_is_too_long_is_refused(address: str) -> None:
    response = post(address, bytes(batch.MAX_BODY + 1))

    assert (response.status_code, code(response)) == (413, "wire.too_large")


@BOTH
@pytest.mark.parametrize("verb", ["get", "put", "delete", "patch", "head", "options"])
def test_only_post_is_answered(address: str, verb: str) -> None:
    response = getattr(Client(), verb)(address)

    assert response.status_code == 405


@BOTH
def test_an_empty_batch_is_answered_with_none(address: str, network: Network) -> None:
    with network.nodes[XB].inside():
        response = post(address, batch.write_batch([]))

    assert response.status_code == 200
    assert batch.read_answers(response.content, expected=0).items == ()  # type: ignore[attr-defined]  # not a stream


@BOTH
def test_rubbish_is_answered_by_name_stored_nowhere_and_counted(
    address: str, network: Network
) -> None:
    with network.nodes[XB].inside():
        response = post(address, batch.write_batch([b"rubbish", b""]))

        answers = batch.read_answers(response.content, expected=2)  # type: ignore[attr-defined]  # not a stream
        assert all(item.fault != "" for item in answers.items)
        assert sum(queries.turned_away().values()) == 2
        assert not Inbound.objects.exists()
        assert not Outbound.objects.exists()


def test_nodes_speak_to_each_other_without_any_token(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: network.now)
    send(network, many(network, 2))
    with network.nodes[XA].inside():
        sealed = [bytes(row.sealed) for row in Outbound.objects.all()]

    with network.nodes[XB].inside():
        first = post(ENVELOPES, batch.write_batch(sealed))
        again = post(ENVELOPES, batch.write_batch(sealed))
    answers = batch.read_answers(first.content, expected=2)  # type: ignore[attr-defined]  # not a stream
    with network.nodes[XA].inside():
        taken = post(RECEIPTS, batch.write_batch([item.receipts[0] for item in answers.items]))
        states = set(Outbound.objects.values_list("state", flat=True))

    assert first.content == again.content  # type: ignore[attr-defined]  # not a stream
    assert states == {"received"}
    assert [item.fault for item in batch.read_answers(taken.content, expected=2).items] == ["", ""]  # type: ignore[attr-defined]  # not a stream
