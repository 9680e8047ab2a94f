from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core import cbor, cose
from mithaq.core.cose import Algorithm, PublicKey
from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, Digest, make_urn
from mithaq.core.keys import generate
from mithaq.core.pacts import (
    Act,
    BadNotice,
    MalformedPact,
    Notice,
    NotSigned,
    SignedNotice,
    SignedPact,
    Standing,
    UnknownPact,
    WrongVersion,
    add_signatures,
    quotas,
    read_notice,
    read_pact,
    relays,
    restored,
    sign_notice,
    sign_pact,
    unverified_notice,
    unverified_terms,
)
from mithaq.core.pacts.limits import Quota
from mithaq.core.pacts.notice import FORMAT as NOTICE_FORMAT
from mithaq.core.pacts.pact import FORMAT
from mithaq.core.pacts.signed import NOTICE_TYPE, PACT_TYPE
from mithaq.core.pacts.ways import Relay
from tests.factories.pacts import (
    DAY,
    NOON,
    PACT_ID,
    XA,
    XB,
    XC,
    XS,
    Keys,
    authority,
    make_notice,
    make_pact,
    make_read,
    make_signed,
)

SIGNED = make_signed()
NOTICE = sign_notice(notice=make_notice(), signers=authority(XB))


def read(data: bytes, keys: Keys | None = None) -> SignedPact:
    return read_pact(data=data, keyring=keys or Keys(), at=NOON)


def signed_notice(notice: Notice, party: BureauId = XB) -> SignedNotice:
    data = sign_notice(notice=notice, signers=authority(party))
    return read_notice(data=data, keyring=Keys(), at=NOON)


def enveloped(payload: bytes, *, kind: str = PACT_TYPE, context: str = FORMAT) -> bytes:
    """Return `payload` under the signatures of XA and XB, whatever it is."""
    return cose.sign(
        payload=payload,
        signers=[*authority(XA), *authority(XB)],
        protected={cose.Header.CONTENT_TYPE: kind},
        external_aad=context.encode(),
    )


def test_a_pact_signed_by_every_party_is_read() -> None:
    pact = read(SIGNED)

    assert pact.terms == make_pact()
    assert (pact.id, pact.version, pact.hash, pact.parties, pact.signed) == (
        PACT_ID, 1, make_pact().hash, (XA, XB), SIGNED,
    )  # fmt: skip


def test_each_party_can_sign_in_its_own_time_and_in_any_order() -> None:
    first = sign_pact(data=make_pact().data, signers=authority(XB))

    both = add_signatures(signed=first, signers=authority(XA))

    assert read(both).terms == make_pact()
    assert unverified_terms(first) == make_pact()


def test_a_party_does_not_sign_twice() -> None:
    with pytest.raises(MalformedPact):
        add_signatures(signed=SIGNED, signers=authority(XA))


def test_nobody_signs_what_is_no_pact() -> None:
    with pytest.raises(MalformedPact):
        sign_pact(data=b"sign here", signers=authority(XA))


def without_key(at: int) -> bytes:
    signers = [key for party in (XA, XB) for key in authority(party)]
    return sign_pact(data=make_pact().data, signers=[*signers[:at], *signers[at + 1 :]])


def with_strangers() -> bytes:
    return add_signatures(signed=SIGNED, signers=authority(XC))


def forged() -> bytes:
    """Return a pact signed by XA and, in place of XB, by keys of a forger."""
    mine = (generate(Algorithm.ED25519), generate(Algorithm.ML_DSA_65))
    return sign_pact(data=make_pact().data, signers=[*authority(XA), *mine])


UNSIGNED = {
    "without the first key of XA": without_key(0),
    "without the second key of XA": without_key(1),
    "without the first key of XB": without_key(2),
    "without the second key of XB": without_key(3),
    "by one party only": sign_pact(data=make_pact().data, signers=authority(XA)),
    "by a bureau that is no party as well": with_strangers(),
    "with keys of a forger": forged(),
    "as another document": enveloped(make_pact().data, context=NOTICE_FORMAT),
    "without any signature": cose.sign(
        payload=make_pact().data, signers=[], protected={cose.Header.CONTENT_TYPE: PACT_TYPE}
    ),
}


@pytest.mark.parametrize("data", UNSIGNED.values(), ids=UNSIGNED)
def test_a_pact_counts_only_with_exactly_the_signatures_of_its_parties(data: bytes) -> None:
    with pytest.raises(NotSigned) as caught:
        read(data)

    assert caught.value.code == "pact.not_signed"


def test_a_signature_taken_from_another_pact_does_not_hold() -> None:
    other = cose.read_sign(make_signed(make_pact(version=2)))
    swapped = SIGNED.replace(make_pact().data, make_pact(version=2).data)
    assert other.payload == cose.read_sign(swapped).payload

    with pytest.raises(NotSigned):
        read(swapped)


def other_keys() -> tuple[PublicKey, PublicKey]:
    return generate(Algorithm.ED25519).public, generate(Algorithm.ML_DSA_65).public


KEYRINGS = {
    "a party that is no member": Keys(bureaus=frozenset({XA})),
    "keys that have been rotated out": Keys(until=NOON),
    "new keys of a party": Keys(others={XB: other_keys()}),
}


@pytest.mark.parametrize("keys", KEYRINGS.values(), ids=KEYRINGS)
def test_a_pact_is_not_signed_where_the_keys_are_not_in_the_directory(keys: Keys) -> None:
    with pytest.raises(NotSigned):
        read(SIGNED, keys)


MALFORMED = {
    "nothing": b"",
    "too large": enveloped(b"x" * cbor.MAX_SIZE),
    "bytes after the end": SIGNED + b"\0",
    "only the terms": make_pact().data,
    "what is no pact inside": enveloped(b"sign here"),
    "a notice": NOTICE,
    "the type of a notice": enveloped(make_pact().data, kind=NOTICE_TYPE),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_signed_pact_is_not_read(data: bytes) -> None:
    with pytest.raises(MalformedPact):
        read(data)
    with pytest.raises(MalformedPact):
        unverified_terms(data)


def test_a_pact_whose_terms_travel_apart_is_not_read() -> None:
    message = cose.read_sign(SIGNED)
    apart = SIGNED.replace(
        b"\x59" + len(make_pact().data).to_bytes(2, "big") + make_pact().data, b"\xf6"
    )
    assert cose.read_sign(apart).signatures == message.signatures

    with pytest.raises(MalformedPact, match="detached"):
        read(apart)


STABLE = {"pact.malformed", "pact.not_signed"}


def refusal_of_pact(data: bytes) -> str:
    with pytest.raises(MithaqError) as caught:
        read(data)
    return caught.value.code


def refusal_of_notice(data: bytes) -> str:
    with pytest.raises(MithaqError) as caught:
        read_notice(data=data, keyring=Keys(), at=NOON)
    return caught.value.code


def flipped(data: bytes, at: int, mask: int) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


@given(at=st.integers(0, len(SIGNED) - 1), mask=st.integers(1, 255))
def test_any_byte_changed_in_a_signed_pact_is_refused(at: int, mask: int) -> None:
    assert refusal_of_pact(flipped(SIGNED, at, mask)) in STABLE


def test_a_sweep_over_a_signed_pact_finds_both_refusals_and_no_other() -> None:
    codes = {refusal_of_pact(flipped(SIGNED, at, 1)) for at in range(0, len(SIGNED), 7)}

    assert codes == STABLE


@given(size=st.integers(0, len(SIGNED) - 1))
def test_a_signed_pact_cut_short_is_refused(size: int) -> None:
    assert refusal_of_pact(SIGNED[:size]) in STABLE


@given(at=st.integers(0, len(NOTICE) - 1), mask=st.integers(1, 255))
def test_any_byte_changed_in_a_signed_notice_is_refused(at: int, mask: int) -> None:
    assert refusal_of_notice(flipped(NOTICE, at, mask)) in STABLE


def test_a_signed_pact_comes_from_its_reader_only() -> None:
    with pytest.raises(TypeError):
        SignedPact(terms=make_pact(), signed=SIGNED, token=object())


def test_a_signed_notice_comes_from_its_reader_only() -> None:
    with pytest.raises(TypeError):
        SignedNotice(notice=make_notice(), signed=NOTICE, token=object())


def test_an_envelope_names_the_pact_by_id_and_hash() -> None:
    pact = read(SIGNED)
    another = make_urn(bureau=XB, kind="pact", key=uuid.UUID(int=0))

    pact.check_named(pact_id=PACT_ID, pact_hash=pact.hash)
    with pytest.raises(UnknownPact):
        pact.check_named(pact_id=another, pact_hash=pact.hash)
    with pytest.raises(WrongVersion):
        pact.check_named(pact_id=PACT_ID, pact_hash=make_pact(version=2).hash)


def test_a_notice_signed_by_its_party_is_read() -> None:
    held = read_notice(data=NOTICE, keyring=Keys(), at=NOON)

    assert (held.notice, held.signed) == (make_notice(), NOTICE)
    assert unverified_notice(NOTICE) == make_notice()


NOT_BY_ITS_PARTY = {
    "by another party": sign_notice(notice=make_notice(), signers=authority(XA)),
    "with one key only": sign_notice(notice=make_notice(), signers=authority(XB)[:1]),
    "by the other party as well": sign_notice(
        notice=make_notice(), signers=[*authority(XB), *authority(XA)]
    ),
}


@pytest.mark.parametrize("data", NOT_BY_ITS_PARTY.values(), ids=NOT_BY_ITS_PARTY)
def test_a_notice_counts_only_with_both_signatures_of_its_party(data: bytes) -> None:
    with pytest.raises(NotSigned):
        read_notice(data=data, keyring=Keys(), at=NOON)


def test_a_pact_is_no_notice() -> None:
    with pytest.raises(MalformedPact):
        read_notice(data=SIGNED, keyring=Keys(), at=NOON)


FOREIGN = {
    "another version": (make_notice(pact=make_pact(version=2)), XB),
    "another pact": (
        make_notice(pact=make_pact(pact_id=make_urn(bureau=XA, kind="pact", key=uuid.UUID(int=7)))),
        XB,
    ),
    "another text of the same version": (
        make_notice(pact=make_pact(Relay(ref="c5", bureaus=frozenset({XS})))),
        XB,
    ),
    "a bureau that is no party": (make_notice(party=XC), XC),
}


@pytest.mark.parametrize(("notice", "party"), FOREIGN.values(), ids=FOREIGN)
def test_a_notice_about_something_else_is_refused(notice: Notice, party: BureauId) -> None:
    held = signed_notice(notice, party)

    with pytest.raises(BadNotice) as caught:
        make_read().with_notices([held])

    assert caught.value.code == "pact.bad_notice"


def test_a_party_cannot_say_two_things_under_one_number() -> None:
    suspend = signed_notice(make_notice(act=Act.SUSPEND))
    resume = signed_notice(make_notice(act=Act.RESUME))

    with pytest.raises(BadNotice):
        make_read().with_notices([suspend]).with_notices([resume])


def test_a_notice_that_comes_again_counts_once() -> None:
    suspend = signed_notice(make_notice())
    again = signed_notice(make_notice())

    pact = make_read().with_notices([suspend]).with_notices([again])

    assert len(pact.notices) == 1
    assert pact.standing(NOON) is Standing.SUSPENDED


def test_notices_are_kept_in_one_order() -> None:
    first = signed_notice(make_notice(number=1, party=XA), XA)
    second = signed_notice(make_notice(number=2, party=XB, issued_at=NOON + DAY))

    forwards = make_read().with_notices([first, second])
    backwards = make_read().with_notices([second]).with_notices([first])

    assert [held.notice for held in forwards.notices] == [held.notice for held in backwards.notices]


def test_what_was_verified_and_kept_is_restored_without_the_keys_of_then() -> None:
    pact = restored(signed=SIGNED, notices=[NOTICE, NOTICE])

    assert (pact.terms, pact.signed) == (make_pact(), SIGNED)
    assert [held.signed for held in pact.notices] == [NOTICE]
    assert pact.standing(NOON) is Standing.SUSPENDED


def test_a_notice_that_was_kept_with_the_wrong_pact_is_found() -> None:
    with pytest.raises(BadNotice):
        restored(signed=make_signed(make_pact(version=2)), notices=[NOTICE])


def test_relays_and_quotas_are_those_of_the_terms() -> None:
    quota = Quota(ref="c6", most=1, window=DAY)

    pact = make_read(make_pact(Relay(ref="c5", bureaus=frozenset({XS})), quota))

    assert relays(pact) == {XS}
    assert quotas(pact) == (quota,)


def test_the_hash_is_over_the_terms_and_not_over_the_signatures() -> None:
    first = sign_pact(data=make_pact().data, signers=[*authority(XA), *authority(XB)])
    second = sign_pact(data=make_pact().data, signers=[*authority(XB), *authority(XA)])

    assert first != second
    assert read(first).hash == read(second).hash == Digest(make_pact().hash)
