from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import transaction

from mithaq.apps.methods import queries
from mithaq.apps.methods.actions.receiving import Recalled, VersionConflict, receive_many
from mithaq.apps.methods.models import Method, MethodVersion
from mithaq.core import records
from mithaq.core.formats import stix
from mithaq.core.records import RecordFacts, UrnMismatch, WrongRecord, body
from tests.factories import methods as make

pytestmark = pytest.mark.django_db

LATER = make.NOW + dt.timedelta(hours=1)


def test_an_arrival_is_stored_with_origin_pact_purpose_and_retention() -> None:
    sent = make.arrival(record=make.rich_method())

    assert receive_many(arrivals=[sent], at=make.NOW) == [None]

    row = Method.objects.get()
    assert queries.record_of(row) == make.rich_method()
    assert (row.origin, row.state, row.version) == ("XB", "received", 1)
    assert (row.pact, row.purpose) == (sent.pact_id, "share-method")
    assert row.retain_until == make.RETAIN_UNTIL
    assert row.message_id == uuid.UUID(bytes=sent.message_id)
    assert row.offences == ["online-scam"]


@pytest.mark.parametrize(
    "number", ["1.5", "1500.0", "-0.0", "1e22", "1.5e-10", "1e308", "0.1", str(10**30)]
)
def test_numbers_of_others_come_out_of_the_database_as_they_went_in(number: str) -> None:
    data = make.bundle(make.pattern(x_number="@")).replace(b'"@"', number.encode())
    record = stix.read_method(data)

    receive_many(arrivals=[make.arrival(record=record)], at=make.NOW)

    kept = queries.record_of(Method.objects.get())
    assert stix.write_method(kept) == stix.write_method(record)
    assert body.fingerprint(kept) == body.fingerprint(record)


def test_the_same_version_twice_is_stored_once() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)

    assert receive_many(arrivals=[make.arrival(), make.arrival()], at=LATER) == [None, None]

    assert Method.objects.get().stored_at == make.NOW


def test_two_versions_in_one_batch_end_with_the_newer() -> None:
    newer = make.arrival(record=make.method(title="Revised"), version=2)

    answers = receive_many(arrivals=[make.arrival(), newer], at=make.NOW)

    assert answers == [None, None]
    assert (Method.objects.get().title, Method.objects.get().version) == ("Revised", 2)


def test_a_newer_version_replaces_the_held_one_and_keeps_it_as_history() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)

    receive_many(arrivals=[make.arrival(record=make.method(title="Revised"), version=3)], at=LATER)

    assert Method.objects.get().version == 3
    assert MethodVersion.objects.get().version == 1


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    receive_many(arrivals=[make.arrival(version=2)], at=make.NOW)

    late = make.arrival(record=make.method(title="Before"), version=1)

    assert receive_many(arrivals=[late], at=LATER) == [None]
    assert Method.objects.get().title == "False parcel text message"


def test_the_same_version_with_other_content_is_refused() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)

    other = make.arrival(record=make.method(title="Swapped"))
    (answer,) = receive_many(arrivals=[other], at=LATER)

    assert isinstance(answer, VersionConflict)
    assert Method.objects.get().title == "False parcel text message"


def test_a_recalled_method_does_not_come_back() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)
    Method.objects.update(state="recalled")

    (answer,) = receive_many(arrivals=[make.arrival(version=2)], at=LATER)

    assert isinstance(answer, Recalled)
    assert Method.objects.get().version == 1


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        pytest.param(uuid.UUID(make.OTHER[-36:]), "XB", id="another-record"),
        pytest.param(None, "XA", id="our-own"),
    ],
)
def test_a_record_under_a_name_that_is_not_its_own_is_refused(
    key: uuid.UUID | None, owner: str
) -> None:
    (answer,) = receive_many(arrivals=[make.arrival(key=key, owner=owner)], at=make.NOW)

    assert isinstance(answer, UrnMismatch)
    assert not Method.objects.exists()


def test_one_bad_arrival_does_not_stop_the_others_of_its_batch() -> None:
    bad = make.arrival(owner="XA")
    good = make.arrival(record=make.method(key=uuid.UUID(make.OTHER[-36:])))

    answers = receive_many(arrivals=[bad, good], at=make.NOW)

    assert isinstance(answers[0], UrnMismatch)
    assert answers[1] is None
    assert Method.objects.get().urn == good.urn


def test_a_record_of_another_kind_is_refused() -> None:
    class Other:
        def facts(self) -> RecordFacts:
            return RecordFacts(kind="other", language="en")

    foreign = records.Arrival(
        record=Other(),
        urn=make.arrival().urn,
        version=1,
        issuer=make.arrival().issuer,
        message_id=make.arrival().message_id,
        pact_id="",
        purpose="",
        retain_until=make.RETAIN_UNTIL,
    )

    (answer,) = receive_many(arrivals=[foreign], at=make.NOW)

    assert isinstance(answer, WrongRecord)


def test_what_the_caller_rolls_back_was_not_received() -> None:
    with transaction.atomic():
        receive_many(arrivals=[make.arrival()], at=make.NOW)
        transaction.set_rollback(True)

    assert not Method.objects.exists()


def test_the_kind_is_announced_to_the_exchange() -> None:
    kind = records.kind("method")

    assert kind.receive_many is receive_many
    assert kind.desk == "methods"
