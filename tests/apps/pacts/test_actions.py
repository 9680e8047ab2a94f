from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from mithaq.apps.journal.models import Event
from mithaq.apps.pacts import actions, queries
from mithaq.apps.pacts.models import Pact as PactRow
from mithaq.apps.pacts.models import PactNotice
from mithaq.core.ids import BureauId, Urn, make_urn
from mithaq.core.pacts import (
    Act,
    Allow,
    BadNotice,
    MalformedPact,
    NotSigned,
    Refuse,
    SignedPact,
    Standing,
    UnknownPact,
    WrongVersion,
    add_signatures,
    decide,
    sign_notice,
    sign_pact,
    unverified_notice,
)
from mithaq.core.pacts.ways import Relay
from tests.factories import pact_nodes
from tests.factories.pacts import (
    DAY,
    NOON,
    PACT_ID,
    XA,
    XB,
    XC,
    XS,
    authority,
    make_notice,
    make_pact,
    make_passage,
    make_signed,
)

HOUR = dt.timedelta(hours=1)
UNKNOWN = make_urn(bureau=XA, kind="pact", key=uuid.UUID(int=1))


def load(signed: bytes | None = None) -> SignedPact:
    data = make_signed() if signed is None else signed
    return actions.load_pact(signed=data, by="o-operator", at=NOON)


def apply(signed: bytes) -> SignedPact:
    return actions.apply_notice(signed=signed, by="o-operator", at=NOON)


def notice_of_xb(*, act: Act = Act.SUSPEND, number: int = 1) -> bytes:
    return sign_notice(notice=make_notice(act=act, number=number), signers=authority(XB))


def events() -> list[tuple[str, str]]:
    """Return the entries about pacts by kind: those of one instant have no order of their own."""
    kinds = ("pact-signed", "pact-loaded", "pact-suspended", "pact-resumed", "pact-ended")
    return sorted(Event.objects.filter(kind__in=kinds).values_list("kind", "actor"))


@pytest.mark.usefixtures("peers")
def test_a_pact_that_every_party_has_signed_counts_and_is_journalled() -> None:
    signed = make_signed()

    pact = load(signed)

    assert (pact.terms, pact.signed) == (make_pact(), signed)
    assert queries.signed_pact(pact_id=PACT_ID, at=NOON) == pact
    assert isinstance(decide(pact=pact, passage=make_passage(), at=NOON), Allow)
    assert events() == [("pact-loaded", "o-operator")]
    entry = Event.objects.get(kind="pact-loaded")
    assert (entry.subject, entry.pact) == (f"{PACT_ID}@1#{make_pact().hash.hex()}", PACT_ID)


@pytest.mark.usefixtures("peers")
def test_a_pact_loaded_again_changes_nothing() -> None:
    load()

    again = load(make_signed())  # signed anew, with other signatures under the same text

    assert again.terms == make_pact()
    assert PactRow.objects.count() == 1
    assert events() == [("pact-loaded", "o-operator")]


@pytest.mark.usefixtures("peers")
def test_a_pact_that_one_party_has_not_signed_leaves_no_trace() -> None:
    with pytest.raises(NotSigned):
        load(sign_pact(data=make_pact().data, signers=authority(XA)))

    assert not PactRow.objects.exists()
    assert events() == []


@pytest.mark.usefixtures("peers")
def test_a_pact_with_a_party_that_is_not_in_the_directory_is_not_loaded() -> None:
    with pytest.raises(NotSigned):
        load(make_signed(make_pact(parties=(XA, BureauId("XD")))))


@pytest.mark.usefixtures("peers")
def test_a_relay_loads_a_pact_of_others() -> None:
    signed = make_signed(make_pact(parties=(XB, XC)))

    assert load(signed).parties == (XB, XC)


@pytest.mark.usefixtures("peers")
def test_another_text_under_a_version_that_is_known_is_refused() -> None:
    load()

    with pytest.raises(WrongVersion):
        load(make_signed(make_pact(Relay(ref="c5", bureaus=frozenset({XS})))))

    assert queries.signed_pact(pact_id=PACT_ID, at=NOON).terms == make_pact()


@pytest.mark.usefixtures("peers")
def test_a_newer_version_supersedes_and_the_older_stays_as_evidence() -> None:
    load()
    load(make_signed(make_pact(version=2)))

    assert queries.signed_pact(pact_id=PACT_ID, at=NOON).version == 2
    assert queries.version_of(pact_id=PACT_ID, version=1).terms == make_pact()


@pytest.mark.usefixtures("peers")
def test_an_older_version_that_comes_late_does_not_come_back() -> None:
    load(make_signed(make_pact(version=2)))

    assert load(make_signed(make_pact(version=1))).version == 1
    assert queries.signed_pact(pact_id=PACT_ID, at=NOON).version == 2


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["in order", "out of order"])
@pytest.mark.usefixtures("peers")
def test_a_party_is_not_left_out_by_the_others(order: tuple[int, int]) -> None:
    versions = {
        1: make_pact(version=1, parties=(XA, XB)),
        2: make_pact(version=2, parties=(XA, XC)),
    }
    load(make_signed(versions[order[0]]))

    with pytest.raises(WrongVersion):
        load(make_signed(versions[order[1]]))


@pytest.mark.usefixtures("peers")
def test_a_party_can_join_with_a_new_version() -> None:
    load()

    assert load(make_signed(make_pact(version=2, parties=(XA, XB, XC)))).parties == (XA, XB, XC)


@pytest.mark.usefixtures("peers")
def test_a_notice_of_the_other_party_stops_the_pact_here() -> None:
    load()

    pact = apply(notice_of_xb())

    decision = decide(pact=pact, passage=make_passage(), at=NOON)
    assert decision == Refuse(code="pact.suspended", clause="notices")
    assert queries.signed_pact(pact_id=PACT_ID, at=NOON) == pact
    assert events() == [("pact-loaded", "o-operator"), ("pact-suspended", "o-operator")]


@pytest.mark.usefixtures("peers")
def test_a_notice_that_comes_twice_counts_once() -> None:
    load()
    apply(notice_of_xb())

    apply(notice_of_xb())

    assert [str(row) for row in PactNotice.objects.all()] == [f"{PACT_ID}@1 suspend XB 1"]
    assert len(events()) == 2


@pytest.mark.usefixtures("peers")
def test_suspended_and_resumed_lets_pass_again() -> None:
    load()
    apply(notice_of_xb(act=Act.RESUME, number=2))

    pact = apply(notice_of_xb(act=Act.SUSPEND, number=1))  # arrives late

    assert pact.standing(NOON) is Standing.STANDING
    assert [kind for kind, _ in events()] == ["pact-loaded", "pact-resumed", "pact-suspended"]


NOTICES: dict[str, tuple[bytes, type[Exception]]] = {
    "no notice": (b"suspend!", MalformedPact),
    "a pact": (make_signed(), MalformedPact),
    "signed by another": (
        sign_notice(notice=make_notice(), signers=authority(XA)),
        NotSigned,
    ),
    "about a version nobody has": (
        sign_notice(notice=make_notice(pact=make_pact(version=7)), signers=authority(XB)),
        UnknownPact,
    ),
    "about another text": (
        sign_notice(
            notice=make_notice(pact=make_pact(Relay(ref="c5", bureaus=frozenset({XS})))),
            signers=authority(XB),
        ),
        BadNotice,
    ),
    "by a bureau that is no party": (
        sign_notice(notice=make_notice(party=XC), signers=authority(XC)),
        BadNotice,
    ),
}


@pytest.mark.parametrize(("signed", "error"), NOTICES.values(), ids=NOTICES)
@pytest.mark.usefixtures("peers")
def test_a_notice_that_does_not_hold_changes_nothing(signed: bytes, error: type[Exception]) -> None:
    load()

    with pytest.raises(error):
        apply(signed)

    assert not PactNotice.objects.exists()
    assert events() == [("pact-loaded", "o-operator")]


@pytest.mark.usefixtures("peers")
def test_two_words_of_a_party_under_one_number_are_refused() -> None:
    load()
    apply(notice_of_xb(act=Act.SUSPEND, number=1))

    with pytest.raises(BadNotice):
        apply(notice_of_xb(act=Act.RESUME, number=1))


@pytest.mark.usefixtures("own_keys")
def test_this_bureau_signs_first_and_the_other_after_it() -> None:
    first = actions.sign_terms(terms=make_pact(), by="o-head", at=NOON)

    assert load(add_signatures(signed=first, signers=authority(XB))).terms == make_pact()
    assert events() == [("pact-loaded", "o-operator"), ("pact-signed", "o-head")]


@pytest.mark.usefixtures("own_keys")
def test_this_bureau_signs_after_the_other() -> None:
    first = sign_pact(data=make_pact().data, signers=authority(XB))

    both = actions.sign(signed=first, by="o-head", at=NOON)

    assert load(both).terms == make_pact()


ISSUED: dict[str, tuple[Callable[..., bytes], str, Standing]] = {
    "suspend": (actions.suspend, "pact-suspended", Standing.SUSPENDED),
    "resume": (actions.resume, "pact-resumed", Standing.STANDING),
    "end": (actions.end, "pact-ended", Standing.ENDED),
}


def issue(
    act: Callable[..., bytes], *, pact_id: Urn = PACT_ID, after: dt.timedelta = 0 * DAY
) -> bytes:
    return act(
        pact_id=pact_id,
        reason={"en": "Under review"},
        effective_at=NOON + after,
        by="o-head",
        at=NOON,
    )


@pytest.mark.parametrize(("act", "event", "standing"), ISSUED.values(), ids=ISSUED)
@pytest.mark.usefixtures("own_keys")
def test_a_notice_of_this_bureau_counts_here_at_once_and_can_be_sent(
    act: Callable[..., bytes], event: str, standing: Standing
) -> None:
    load()

    signed = issue(act)

    assert queries.signed_pact(pact_id=PACT_ID, at=NOON).standing(NOON) is standing
    assert unverified_notice(signed).party == XA
    assert (event, "o-head") in events()


@pytest.mark.usefixtures("own_keys")
def test_a_notice_can_take_effect_later() -> None:
    load()

    issue(actions.end, after=HOUR)

    pact = queries.signed_pact(pact_id=PACT_ID, at=NOON)
    assert pact.standing(NOON) is Standing.STANDING
    assert pact.standing(NOON + HOUR) is Standing.ENDED


@pytest.mark.usefixtures("own_keys")
def test_notices_of_this_bureau_are_numbered_one_after_the_other() -> None:
    load()
    apply(notice_of_xb(number=7))

    numbers = [unverified_notice(issue(act)).number for act in (actions.suspend, actions.resume)]

    assert numbers == [1, 2]


@pytest.mark.usefixtures("own_keys")
def test_nobody_suspends_a_pact_that_is_not_known() -> None:
    with pytest.raises(UnknownPact):
        issue(actions.suspend, pact_id=UNKNOWN)


@pytest.mark.usefixtures("own_keys")
def test_a_relay_does_not_suspend_the_pact_of_others() -> None:
    load(make_signed(make_pact(parties=(XB, XC))))

    with pytest.raises(BadNotice):
        issue(actions.suspend)

    assert not PactNotice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_load_the_same_pact_at_once_make_one() -> None:
    pact_nodes.know_members()
    signed = make_signed()
    start = threading.Barrier(2)
    loaded: list[int] = []

    def load_at_once() -> None:
        try:
            start.wait(timeout=10)
            loaded.append(load(signed).version)
        finally:
            connection.close()

    threads = [threading.Thread(target=load_at_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert loaded == [1, 1]
    assert PactRow.objects.count() == 1
    assert events() == [("pact-loaded", "o-operator")]


@pytest.mark.django_db(transaction=True)
def test_notices_that_arrive_at_once_all_count() -> None:
    pact_nodes.know_members()
    load()
    start = threading.Barrier(2)

    def apply_at_once(signed: bytes) -> None:
        try:
            start.wait(timeout=10)
            apply(signed)
        finally:
            connection.close()

    notices = [notice_of_xb(act=Act.SUSPEND, number=1), notice_of_xb(act=Act.RESUME, number=2)]
    threads = [threading.Thread(target=apply_at_once, args=(signed,)) for signed in notices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    queries._parsed.clear()
    pact = queries.signed_pact(pact_id=PACT_ID, at=NOON)
    row = PactRow.objects.get()
    assert [held.notice.number for held in pact.notices] == [1, 2]
    assert bytes(row.stamp) == queries.stamp(
        signed=pact.signed, notices=[held.signed for held in pact.notices]
    )
