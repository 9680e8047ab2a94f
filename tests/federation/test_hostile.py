"""What a hostile node, relay or carrier tries, and how it is refused by name.

What fails at the door is stored nowhere and counted; what fails after opening is kept as refused,
journalled, counted, and told to the issuer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import pathlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from mithaq.apps.directory import queries as directory_queries
from mithaq.apps.exchange import queries
from mithaq.apps.exchange.models import Evidence, Inbound, Outbound
from mithaq.apps.keys import actions as keys
from mithaq.apps.keys.models import Key
from mithaq.apps.pacts import actions as pact_actions
from mithaq.apps.pacts import queries as pacts
from mithaq.apps.safeguards.models import Refusal
from mithaq.core.envelope.limits import Label
from mithaq.core.ids import BureauId, Digest, KeyId, MessageId
from mithaq.core.keys import KeyRole
from tests.factories.envelopes import Craft, Headers
from tests.factories.federation import OPERATOR, XA, XB, XC, XS
from tests.factories.federation_crafting import WEEK, arrive, craft, held_by
from tests.factories.federation_methods import (
    check_journals,
    events,
    many,
    request,
    send,
    send_unchecked,
    stored_nothing,
)
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def refused_after_opening(network: Network, ground: str) -> None:
    """Check that XB keeps no record, has one refusal on `ground`, counted and journalled."""
    with network.nodes[XB].inside():
        assert list(Inbound.objects.values_list("state", "ground")) == [("refused", ground)]
        assert list(Refusal.objects.values_list("stage", "ground")) == [("receiver", ground)]
        assert events("record-received") == 0
        assert events("envelope-refused") + events("gate-refused") == 1
    check_journals(network)


def turned_away(network: Network, node: BureauId, ground: str) -> None:
    """Check that a node has stored nothing and counted one item on `ground`."""
    assert stored_nothing(network.nodes[node])
    with network.nodes[node].inside():
        assert queries.turned_away() == {ground: 1}
    check_journals(network)


# --- at the door ---------------------------------------------------------------------------------


def test_an_honest_envelope_made_by_the_same_hand_is_opened(network: Network) -> None:
    fault = arrive(network, XB, craft(network).build())
    network.pump()

    assert fault == ""
    with network.nodes[XB].inside():
        assert list(Inbound.objects.values_list("state", flat=True)) == ["opened"]


@pytest.mark.parametrize("to", [XC, XS])
def test_an_envelope_for_another_bureau_is_turned_away(network: Network, to: BureauId) -> None:
    assert arrive(network, to, craft(network).build()) == "envelope.not_on_the_way"

    turned_away(network, to, "envelope.not_on_the_way")


def test_an_envelope_with_another_audience_outside_is_turned_away(network: Network) -> None:
    honest = craft(network)
    changed = replace(honest, context=replace(honest.context, audience=XC))
    sealed = changed.close(honest_layer(honest))

    assert arrive(network, XC, sealed) == "envelope.header_mismatch"

    turned_away(network, XC, "envelope.header_mismatch")


def honest_layer(made: Craft) -> bytes:
    """Return the encrypted layer of an envelope."""
    found: list[bytes] = []

    def keep(encrypted: bytes) -> bytes:
        found.append(encrypted)
        return encrypted

    replace(made, encrypted=keep).build()
    return found[0]


def another_profile(headers: Headers) -> Headers:
    return headers | {Label.PROFILE: 2}


@pytest.mark.parametrize(
    ("issued", "fault"),
    [
        pytest.param(HOUR, "envelope.from_future", id="future"),
        pytest.param(-WEEK - HOUR, "envelope.expired", id="expired"),
    ],
)
def test_a_wrong_date_is_turned_away(network: Network, issued: dt.timedelta, fault: str) -> None:
    network.now += 2 * WEEK  # the keys are older than every date
    honest = craft(network)
    issued_at = network.now + issued
    context = replace(honest.context, issued_at=issued_at, expires_at=issued_at + WEEK)

    assert arrive(network, XB, replace(honest, context=context).build()) == fault

    turned_away(network, XB, fault)


def test_an_envelope_of_another_profile_is_turned_away(network: Network) -> None:
    sealed = craft(network, outer_header=another_profile).build()

    assert arrive(network, XB, sealed) == "envelope.unknown_profile"

    turned_away(network, XB, "envelope.unknown_profile")


def test_an_envelope_of_a_stranger_is_turned_away(network: Network) -> None:
    stranger = craft(network)
    sealed = replace(stranger, context=replace(stranger.context, issuer=BureauId("XQ"))).build()

    assert arrive(network, XB, sealed) == "envelope.unknown_sender"

    turned_away(network, XB, "envelope.unknown_sender")


def test_another_envelope_under_the_same_id_is_an_alarm(network: Network) -> None:
    first = craft(network)
    second = replace(craft(network), context=first.context)
    arrive(network, XB, first.build())

    fault = arrive(network, XB, second.build())
    network.pump()

    assert fault == "envelope.conflicting_copy"
    with network.nodes[XB].inside():
        assert list(Inbound.objects.values_list("state", flat=True)) == ["opened"]
        assert events("security-incident") == 1


def test_a_bureau_that_the_pact_does_not_name_relays_nothing(network: Network) -> None:
    send_unchecked(network, request(network, via=(XC,)))

    network.pump(within=dt.timedelta(minutes=1))

    with network.nodes[XC].inside():
        assert not Outbound.objects.exists()
        assert set(queries.turned_away()) == {"pact.relay"}
    assert stored_nothing(network.nodes[XB])


def test_a_relay_carries_nothing_under_a_pact_that_is_suspended(network: Network) -> None:
    with network.nodes[XB].inside():
        notice = pact_actions.suspend(
            pact_id=network.pacts["methods-relayed"],
            reason={"en": "Under review"},
            effective_at=network.now,
            by=OPERATOR,
            at=network.now,
        )
    with network.nodes[XS].inside():
        pact_actions.apply_notice(signed=notice, by=OPERATOR, at=network.now)
    send(network, many(network, 1, pact="methods-relayed"))  # XA has not heard of it

    network.pump(within=dt.timedelta(minutes=1))

    with network.nodes[XS].inside():
        assert not Outbound.objects.exists()
        assert set(queries.turned_away()) == {"pact.relay"}


def test_a_relay_does_not_let_another_issuer_take_the_place_of_a_message(network: Network) -> None:
    send(network, many(network, 1, pact="methods-relayed"))
    with network.nodes[XA].inside():
        message_id = MessageId(Outbound.objects.get().message_id.bytes)
    stolen = craft(network, issuer=XB)
    with network.nodes[XA].inside():
        pact = pacts.signed_pact(pact_id=network.pacts["methods-relayed"], at=network.now)
    context = replace(
        stolen.context,
        audience=XA,
        via=(XS,),
        message_id=message_id,
        pact_id=pact.id,
        pact_hash=pact.hash,
    )
    network.nodes[XB].is_up = False
    network.pump(within=dt.timedelta(minutes=1))

    assert arrive(network, XS, replace(stolen, context=context).build()) == (
        "envelope.conflicting_copy"
    )
    network.calm()
    network.pump()

    with network.nodes[XB].inside():
        assert list(Inbound.objects.values_list("state", flat=True)) == ["opened"]


# --- after opening -------------------------------------------------------------------------------


def only_classical(made: Craft) -> Craft:
    return replace(made, signers=made.issuer.authority[:1])


def only_post_quantum(made: Craft) -> Craft:
    return replace(made, signers=made.issuer.authority[1:])


def resigned(made: Craft, **changes: object) -> Craft:
    """Return an envelope whose context changes after the authority has signed it."""
    signed = made.sign()
    context = replace(made.context, **changes)  # type: ignore[arg-type]  # names are the fields'
    return replace(made, context=context, signed=lambda _: signed)


def another_pact(made: Craft) -> Craft:
    return resigned(made, pact_hash=Digest(hashlib.sha256(b"another").digest()))


def another_purpose(made: Craft) -> Craft:
    return resigned(made, purpose="warn")


@pytest.mark.parametrize(
    ("change", "ground"),
    [
        pytest.param(only_classical, "envelope.missing_signature", id="classical alone"),
        pytest.param(only_post_quantum, "envelope.missing_signature", id="post-quantum alone"),
        pytest.param(another_pact, "envelope.bad_signature", id="swapped pact"),
        pytest.param(another_purpose, "envelope.bad_signature", id="changed purpose"),
    ],
)
def test_what_the_authority_did_not_sign_is_refused(
    network: Network, change: Callable[[Craft], Craft], ground: str
) -> None:
    arrive(network, XB, change(craft(network)).build())

    network.pump()

    refused_after_opening(network, ground)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"kind": "alert"}, id="another kind"),
        pytest.param({"content_type": "text/plain"}, id="another content"),
    ],
)
def test_content_that_is_not_what_the_context_says_is_refused(
    network: Network, changes: dict[str, str]
) -> None:
    honest = craft(network)
    context = replace(honest.context, **changes)  # type: ignore[arg-type]  # names are the fields'
    arrive(network, XB, replace(honest, context=context).build())

    network.pump()

    refused_after_opening(network, "envelope.header_mismatch")


def test_a_pact_that_does_not_stand_under_that_hash_is_refused(network: Network) -> None:
    honest = craft(network)
    context = replace(honest.context, pact_hash=Digest(bytes(32)))
    arrive(network, XB, replace(honest, context=context).build())

    network.pump()

    refused_after_opening(network, "pact.version")


def test_a_bureau_that_uses_the_pact_of_others_is_refused(network: Network) -> None:
    send_unchecked(network, request(network, issuer=XC), by=XC)

    network.pump()

    refused_after_opening(network, "pact.party")
    with network.nodes[XC].inside():
        told = Evidence.objects.get(state="refused")
        assert (told.peer, told.ground) == (XB, "pact.party")


def test_content_that_is_sealed_again_for_a_third_bureau_is_refused(network: Network) -> None:
    honest = craft(network)
    signed = honest.sign()
    with network.nodes[XB].inside():
        recipient = directory_queries.keyring(at=network.now).sealing(bureau=XC, at=network.now)
    context = replace(honest.context, issuer=XB, audience=XC)
    again = replace(
        honest,
        context=context,
        issuer=held_by(network.nodes[XB]),
        recipient=recipient,
        signed=lambda _: signed,
    )
    assert arrive(network, XC, again.build()) == ""

    network.pump()

    with network.nodes[XC].inside():
        refused = Inbound.objects.get()
        assert (refused.state, refused.ground) == ("refused", "envelope.missing_signature")


def test_an_envelope_for_a_sealing_key_that_was_destroyed_is_refused(
    network: Network, tmp_path: pathlib.Path
) -> None:
    receiver = network.nodes[XB]
    receiver.own_secrets(tmp_path / "secrets")
    send(network, many(network, 1))
    with receiver.inside():
        old = [KeyId(bytes(key.kid)) for key in Key.objects.filter(role=KeyRole.SEALING)]
        keys.rotate(role=KeyRole.SEALING, by=OPERATOR, at=network.now)
        keys.destroy(kids=old, by=OPERATOR, at=network.now)

    network.pump()

    refused_after_opening(network, "envelope.wrong_sealing_key")
