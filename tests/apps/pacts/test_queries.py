from __future__ import annotations

import uuid

import pytest
from pytest_django import DjangoAssertNumQueries

from mithaq.apps.pacts import actions, queries
from mithaq.apps.pacts.models import Pact as PactRow
from mithaq.core.clock import Period
from mithaq.core.ids import Urn, make_urn
from mithaq.core.pacts import Pact, SignedPact, UnknownPact, sign_notice
from tests.factories.pacts import (
    DAY,
    NOON,
    PACT_ID,
    XA,
    XB,
    XC,
    authority,
    make_notice,
    make_pact,
    make_signed,
)


def urn(number: int) -> Urn:
    return make_urn(bureau=XA, kind="pact", key=uuid.UUID(int=number))


def load(pact: Pact | None = None) -> SignedPact:
    return actions.load_pact(signed=make_signed(pact), by="o-operator", at=NOON)


@pytest.mark.django_db
def test_a_pact_that_was_never_accepted_is_unknown() -> None:
    with pytest.raises(UnknownPact) as caught:
        queries.signed_pact(pact_id="urn:mithaq:XA:pact:none", at=NOON)

    assert caught.value.code == "pact.unknown"


@pytest.mark.django_db
def test_a_version_that_was_never_accepted_is_unknown() -> None:
    with pytest.raises(UnknownPact):
        queries.version_of(pact_id=PACT_ID, version=1)


@pytest.mark.usefixtures("peers")
def test_a_version_counts_from_its_beginning_on() -> None:
    load(make_pact(version=1))
    load(make_pact(version=2, validity=Period(starts_at=NOON + DAY)))

    versions = [queries.signed_pact(pact_id=PACT_ID, at=at).version for at in (NOON, NOON + DAY)]

    assert versions == [1, 2]


@pytest.mark.usefixtures("peers")
def test_a_pact_that_has_not_begun_is_still_found() -> None:
    load(make_pact(validity=Period(starts_at=NOON + DAY)))

    assert queries.signed_pact(pact_id=PACT_ID, at=NOON).version == 1


@pytest.mark.usefixtures("peers")
def test_a_pact_known_to_the_process_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    load()
    queries.signed_pact(pact_id=PACT_ID, at=NOON)

    with django_assert_num_queries(1):
        queries.signed_pact(pact_id=PACT_ID, at=NOON)


@pytest.mark.usefixtures("peers")
def test_a_batch_of_pacts_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    names = [urn(number) for number in range(1, 4)]
    for name in names:
        load(make_pact(pact_id=name))

    with django_assert_num_queries(1):
        found = queries.signed_pacts(pact_ids=[*names, urn(9), names[0]], at=NOON)

    assert set(found) == set(names)
    assert all(pact.id == name for name, pact in found.items())


@pytest.mark.usefixtures("peers")
def test_a_notice_counts_though_another_process_has_accepted_it() -> None:
    load()
    before = queries.signed_pact(pact_id=PACT_ID, at=NOON)
    signed = sign_notice(notice=make_notice(), signers=authority(XB))
    actions.apply_notice(signed=signed, by="o-operator", at=NOON)
    queries._parsed.clear()  # as in a process that has seen nothing yet

    after = queries.signed_pact(pact_id=PACT_ID, at=NOON)

    assert (len(before.notices), len(after.notices)) == (0, 1)


@pytest.mark.usefixtures("peers")
def test_parsed_pacts_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_PARSED", 2)
    queries._parsed.clear()

    for number in range(1, 6):
        load(make_pact(pact_id=urn(number)))

    assert len(queries._parsed) <= 2
    assert queries.signed_pact(pact_id=urn(1), at=NOON).id == urn(1)


@pytest.mark.usefixtures("peers")
def test_terms_that_were_changed_in_the_database_are_found() -> None:
    load()
    queries._parsed.clear()
    PactRow.objects.update(signed=make_signed(make_pact(validity=Period(starts_at=NOON))))

    with pytest.raises(queries.AlteredPact) as caught:
        queries.signed_pact(pact_id=PACT_ID, at=NOON)

    assert caught.value.code == "pact.altered"


@pytest.mark.usefixtures("peers")
def test_a_row_that_points_to_the_terms_of_another_pact_is_found() -> None:
    load()
    load(make_pact(pact_id=urn(1)))
    other = PactRow.objects.get(urn=urn(1))
    PactRow.objects.filter(urn=PACT_ID).update(stamp=other.stamp)

    with pytest.raises(queries.AlteredPact):
        queries.signed_pact(pact_id=PACT_ID, at=NOON)


@pytest.mark.usefixtures("peers")
def test_the_pacts_with_a_bureau_are_those_in_force_between_the_two() -> None:
    load(make_pact(pact_id=urn(1)))
    load(make_pact(pact_id=urn(2), parties=(XA, XB, XC)))
    load(make_pact(pact_id=urn(3), parties=(XA, XC)))
    load(make_pact(pact_id=urn(4), parties=(XB, XC)))
    load(make_pact(pact_id=urn(5), validity=Period(starts_at=NOON - DAY, ends_at=NOON)))
    load(make_pact(pact_id=urn(6), validity=Period(starts_at=NOON + DAY)))
    suspended = make_pact(pact_id=urn(7))
    load(suspended)
    signed = sign_notice(notice=make_notice(pact=suspended), signers=authority(XB))
    actions.apply_notice(signed=signed, by="o-operator", at=NOON)

    found = [pact.id for pact in queries.pacts_with(audience=XB, at=NOON)]

    assert found == [urn(1), urn(2)]


@pytest.mark.usefixtures("peers")
def test_every_version_is_listed_newest_first() -> None:
    load(make_pact(version=1))
    load(make_pact(version=2))

    assert [(row.urn, row.version) for row in queries.rows()] == [(PACT_ID, 2), (PACT_ID, 1)]


def test_the_stamp_does_not_depend_on_the_order_of_notices() -> None:
    one = queries.stamp(signed=b"pact", notices=[b"a", b"b"])

    assert one == queries.stamp(signed=b"pact", notices=[b"b", b"a"])
    assert one != queries.stamp(signed=b"pact", notices=[b"a"])
    assert one != queries.stamp(signed=b"pacta", notices=[b"b"])
