from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from mithaq.apps.pacts import actions
from mithaq.apps.pacts.models import Pact as PactRow
from mithaq.apps.pacts.models import PactNotice
from mithaq.core.pacts import sign_notice
from tests.factories.pacts import DAY, NOON, XB, authority, make_notice, make_signed


def load() -> None:
    actions.load_pact(signed=make_signed(), by="o-operator", at=NOON)


BROKEN_ROWS: dict[str, tuple[dict[str, object], str]] = {
    "the same version twice": ({}, "pacts_pact_version_once"),
    "version 0": ({"version": 0}, "pacts_pact_version_from_one"),
    "over before it begins": (
        {"version": 2, "ends_at": NOON - 31 * DAY},
        "pacts_pact_ends_after_it_starts",
    ),
}


@pytest.mark.parametrize(("changes", "constraint"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
@pytest.mark.usefixtures("peers")
def test_the_database_refuses(changes: dict[str, object], constraint: str) -> None:
    load()
    row = PactRow.objects.get()
    row.pk = None
    for name, value in changes.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.usefixtures("peers")
def test_the_database_refuses_a_second_notice_with_the_same_number() -> None:
    load()
    signed = sign_notice(notice=make_notice(), signers=authority(XB))
    actions.apply_notice(signed=signed, by="o-operator", at=NOON)
    row = PactNotice.objects.get()
    row.pk = None

    with pytest.raises(IntegrityError, match="pacts_notice_number_once"), transaction.atomic():
        row.save(force_insert=True)
