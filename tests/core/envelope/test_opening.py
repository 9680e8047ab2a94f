"""What a hostile network, a dishonest sender and a dishonest recipient can try."""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import cose, envelope
from mithaq.core.clock import Period
from mithaq.core.directory.errors import KeyExpired, UnknownSender
from mithaq.core.envelope import OUTER_OBLIGATIONS, Context
from mithaq.core.ids import Digest, MessageId
from tests.factories.envelopes import (
    DAY,
    MINUTE,
    NOW,
    PAYLOAD,
    XA,
    XB,
    XC,
    XS,
    Book,
    Craft,
    bureau,
    make_context,
    never_seen,
    open_as,
    seal,
)

LATER = Period(starts_at=NOW + DAY, ends_at=None)
UNTIL_NOW = Period(starts_at=NOW - 30 * DAY, ends_at=NOW + MINUTE)

contexts = st.builds(
    make_context,
    message_id=st.binary(min_size=16, max_size=16),
    issued_at=st.integers(0, 3600).map(lambda seconds: NOW - dt.timedelta(seconds=seconds)),
    expires_at=st.integers(1, 29 * 86400).map(lambda seconds: NOW + dt.timedelta(seconds=seconds)),
    purpose=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=64),
    handling=st.sampled_from(["h0", "h1", "h2", "h3"]),
    sequence=st.integers(1, (1 << 63) - 1),
    in_reply_to=st.none() | st.binary(min_size=16, max_size=16),
    previous=st.none() | st.binary(min_size=32, max_size=32),
    via=st.lists(st.sampled_from([XC, XS]), unique=True).map(tuple),
    attachments=st.lists(
        st.builds(
            envelope.Attachment,
            digest=st.binary(min_size=32, max_size=32),
            size=st.integers(0, 2 << 30),
            nonce_prefix=st.binary(min_size=7, max_size=7),
        ),
        max_size=3,
        unique_by=lambda attachment: attachment.digest,
    ).map(tuple),
)


@given(contexts, st.binary(max_size=5000))
def test_opening_undoes_sealing(context: Context, payload: bytes) -> None:
    opened = open_as(XB, seal(context, payload))

    assert opened.context == context
    assert opened.payload == payload


def test_a_bureau_other_than_the_audience_is_refused() -> None:
    with pytest.raises(envelope.WrongRecipient):
        open_as(XC, seal())


def test_a_stranger_to_the_directory_is_refused() -> None:
    with pytest.raises(UnknownSender):
        open_as(XB, seal(), book=Book((XB, XC)))


def test_a_node_key_not_yet_in_use_is_refused() -> None:
    with pytest.raises(KeyExpired):
        open_as(XB, seal(), book=Book(periods={bureau(XA).node.kid: LATER}))


def test_a_node_key_rotated_out_before_the_envelope_arrives_is_refused() -> None:
    book = Book(periods={bureau(XA).node.kid: UNTIL_NOW})

    assert open_as(XB, seal(), book=book, at=NOW).payload == PAYLOAD
    with pytest.raises(KeyExpired):
        open_as(XB, seal(), book=book, at=NOW + 2 * MINUTE)


def test_an_authority_key_rotated_out_while_the_envelope_was_on_its_way_still_counts() -> None:
    book = Book(periods={bureau(XA).authority[1].kid: UNTIL_NOW})

    assert open_as(XB, seal(), book=book, at=NOW + 2 * MINUTE).payload == PAYLOAD


def test_an_authority_key_rotated_out_before_the_envelope_was_issued_is_refused() -> None:
    book = Book(periods={bureau(XA).authority[1].kid: UNTIL_NOW})
    context = make_context(issued_at=NOW + 2 * MINUTE)

    with pytest.raises(KeyExpired):
        open_as(XB, seal(context), book=book, at=NOW + 2 * MINUTE)


def test_a_sealing_key_that_was_destroyed_opens_nothing() -> None:
    data = Craft(recipient=bureau(XB, generation=2).sealing).build()

    with pytest.raises(envelope.WrongSealingKey):
        open_as(XB, data)


def test_another_bureaus_node_cannot_send_in_our_name() -> None:
    forger = replace(bureau(XC), code=XA)

    with pytest.raises(UnknownSender):
        open_as(XB, Craft(issuer=forger).build())


def test_a_stolen_node_key_without_the_authority_keys_releases_nothing() -> None:
    stolen = Craft(signers=bureau(XC).authority)

    with pytest.raises(envelope.MissingSignature):
        open_as(XB, stolen.build())


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("audience", XC),
        ("pact_hash", Digest(b"q" * 32)),
        ("purpose", "another"),
        ("handling", "h0"),
        ("kind", "request"),
        ("sequence", 2),
        ("expires_at", NOW + 2 * DAY),
        ("message_id", MessageId(b"z" * 16)),
        ("in_reply_to", MessageId(b"z" * 16)),
        ("content_type", "text/plain"),
    ],
)
def test_a_content_signed_under_one_context_is_refused_under_another(
    change: str, to: object
) -> None:
    signed = Craft().sign()
    context = replace(make_context(), **{change: to})  # type: ignore[arg-type]  # a table of fields

    data = Craft(context=context).wrap(signed)

    with pytest.raises(envelope.BadSignature):
        open_as(context.audience, data)


class TestResealing:
    """XB opens what XA sent it, and seals the signed content to XC."""

    def test_in_its_own_name(self) -> None:
        signed = Craft().sign()
        context = make_context(issuer=XB, audience=XC)

        data = Craft(context=context, issuer=bureau(XB)).wrap(signed)

        with pytest.raises(envelope.MissingSignature):
            open_as(XC, data)

    def test_under_the_context_that_was_signed(self) -> None:
        signed = Craft().sign()
        original = Craft().context_headers()

        data = Craft(
            context=make_context(issuer=XB, audience=XC),
            issuer=bureau(XB),
            inner_context=lambda _: original,
        ).wrap(signed)

        with pytest.raises(envelope.HeaderMismatch):
            open_as(XC, data)

    def test_in_the_name_of_the_issuer(self) -> None:
        signed = Craft().sign()
        data = Craft(context=make_context(audience=XC), issuer=bureau(XB)).wrap(signed)

        with pytest.raises(UnknownSender):
            open_as(XC, data)

    def test_the_outside_as_it_came(self) -> None:
        with pytest.raises(envelope.WrongRecipient):
            open_as(XC, seal())


class TestReplays:
    def test_the_same_envelope_is_told_with_its_digest(self) -> None:
        data = seal()
        first = open_as(XB, data)

        with pytest.raises(envelope.Replayed) as refusal:
            open_as(XB, data, seen=lambda *_: first.digest)
        assert refusal.value.earlier == first.digest

    def test_another_envelope_under_a_used_id_is_told_with_the_earlier_digest(self) -> None:
        first = open_as(XB, seal())

        with pytest.raises(envelope.ConflictingCopy) as refusal:
            open_as(XB, seal(payload=b"other"), seen=lambda *_: first.digest)
        assert refusal.value.earlier == first.digest

    def test_the_question_names_issuer_and_id(self) -> None:
        asked = []

        def seen(issuer: str, message_id: bytes) -> None:
            asked.append((issuer, message_id))

        open_as(XB, seal(), seen=seen)

        assert asked == [(XA, make_context().message_id)]


class TestTimes:
    def test_the_last_instant_of_grace_is_accepted(self) -> None:
        last = NOW + DAY + envelope.CLOCK_SKEW - dt.timedelta(seconds=1)

        assert open_as(XB, seal(), at=last).payload == PAYLOAD

    def test_a_clock_five_minutes_behind_is_accepted(self) -> None:
        assert open_as(XB, seal(), at=NOW - envelope.CLOCK_SKEW).payload == PAYLOAD

    @pytest.mark.parametrize("expires_at", [NOW, NOW - DAY], ids=["at once", "before"])
    def test_an_envelope_that_expires_before_it_is_issued_is_refused(
        self, expires_at: dt.datetime
    ) -> None:
        context = make_context(expires_at=expires_at)

        with pytest.raises(envelope.BadLifetime):
            seal(context)
        with pytest.raises(envelope.BadLifetime):
            open_as(XB, Craft(context=context).build(), at=NOW - MINUTE)

    def test_a_lifetime_of_thirty_days_is_the_longest(self) -> None:
        longest = NOW + envelope.MAX_LIFETIME

        assert open_as(XB, seal(make_context(expires_at=longest))).payload == PAYLOAD
        with pytest.raises(envelope.BadLifetime):
            seal(make_context(expires_at=longest + dt.timedelta(seconds=1)))


class TestRelaying:
    def test_a_named_relay_can_verify_and_cannot_open(self) -> None:
        data = seal(make_context(via=(XS,)))

        transit = envelope.verify_relay(data, me=XS, keyring=Book(), at=NOW)

        assert transit.context.audience == XB
        assert transit.discharged == OUTER_OBLIGATIONS
        assert not isinstance(transit, envelope.Outer)
        with pytest.raises(envelope.WrongRecipient):
            open_as(XS, data)

    def test_no_key_of_the_relay_unwraps_the_content_key(self) -> None:
        data = seal(make_context(via=(XS,)))
        encrypted = cose.read_encrypt(cose.read_sign1(data).payload or b"")

        for held in bureau(XS).held:
            with pytest.raises((cose.CannotDecrypt, cose.WrongAlgorithm)):
                held.key.unseal(sealed=encrypted.sealed_key, info=b"")

    def test_a_bureau_not_named_does_not_relay(self) -> None:
        data = seal(make_context(via=(XS,)))

        with pytest.raises(envelope.NotOnTheWay):
            envelope.verify_relay(data, me=XC, keyring=Book(), at=NOW)

    @pytest.mark.parametrize("via", [(XA,), (XB,), (XS, XS)], ids=["issuer", "audience", "twice"])
    def test_issuer_and_audience_are_no_relays_and_none_is_named_twice(
        self, via: tuple[str, ...]
    ) -> None:
        with pytest.raises(envelope.Malformed):
            open_as(XB, seal(make_context(via=via)))

    def test_a_relay_refuses_what_has_expired(self) -> None:
        data = seal(make_context(via=(XS,)))

        with pytest.raises(envelope.Expired):
            envelope.verify_relay(data, me=XS, keyring=Book(), at=NOW + 2 * DAY)


def test_routing_can_be_read_without_believing_it() -> None:
    assert envelope.read_routing(seal()) == make_context().routing
    with pytest.raises(envelope.Malformed):
        envelope.read_routing(b"garbage")


def test_too_large_a_content_is_not_sealed() -> None:
    with pytest.raises(envelope.TooLarge):
        seal(payload=b"x" * envelope.MAX_ENVELOPE)


def test_a_content_just_below_the_limit_passes() -> None:
    payload = b"x" * (envelope.MAX_ENVELOPE - 6000)

    assert open_as(XB, seal(payload=payload)).payload == payload


def test_sealing_twice_gives_different_bytes() -> None:
    assert seal() != seal()


def test_unknown_parameters_of_a_later_version_are_passed_over() -> None:
    data = Craft(
        inner_context=lambda headers: headers | {-70999: "later"},
        outer_header=lambda headers: headers | {-70998: "later"},
    ).build()

    assert open_as(XB, data).payload == PAYLOAD


def test_critical_parameters_are_refused() -> None:
    data = Craft(outer_header=lambda headers: headers | {2: [-70998], -70998: "later"}).build()

    with pytest.raises(envelope.Malformed):
        open_as(XB, data)


class TestStages:
    """A stage of trust comes from its function and from nowhere else."""

    @pytest.mark.parametrize("stage", [envelope.Outer, envelope.Transit, envelope.Opened])
    def test_a_stage_cannot_be_built_by_hand(self, stage: type) -> None:
        fields = dict.fromkeys(inspect.signature(stage).parameters)

        with pytest.raises(envelope.StageForged):
            stage(**fields)

    def test_what_was_verified_for_relaying_is_not_opened(self) -> None:
        data = seal(make_context(via=(XS,)))
        transit = envelope.verify_relay(data, me=XS, keyring=Book(), at=NOW)

        with pytest.raises(envelope.StageForged):
            envelope.open_(
                transit,  # type: ignore[arg-type]  # mypy refuses it too
                keystore=bureau(XB).keystore,
                keyring=Book(),
                seen=never_seen,
                at=NOW,
            )

    def test_an_opened_envelope_cannot_be_changed_into_another(self) -> None:
        opened = open_as(XB, seal())

        with pytest.raises((ValueError, TypeError)):
            replace(opened, payload=b"other")  # type: ignore[call-arg]  # mypy refuses it too

    def test_an_opened_envelope_prints_neither_content_nor_key(self) -> None:
        opened = open_as(XB, seal())

        assert repr(PAYLOAD)[2:-1] not in repr(opened)
        assert repr(opened.content_key) not in repr(opened)

    def test_what_was_only_verified_outside_has_no_payload(self) -> None:
        outer = envelope.verify_outer(seal(), me=XB, keyring=Book(), at=NOW)

        assert not hasattr(outer, "payload")
        assert never_seen(outer.context.issuer, outer.context.message_id) is None
