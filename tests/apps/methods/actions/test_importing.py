from __future__ import annotations

import datetime as dt
import os
import pathlib

import pytest

from mithaq.apps.journal.models import Event
from mithaq.apps.methods import queries
from mithaq.apps.methods.actions import importing
from mithaq.apps.methods.actions.importing import Terms, import_bundle
from mithaq.apps.methods.models import Method, MethodVersion
from mithaq.apps.people.permissions import PermissionDenied
from mithaq.core import resources
from mithaq.core.formats import stix
from mithaq.core.formats.stix.parsing import JsonObject
from tests.factories import methods as make

pytestmark = pytest.mark.django_db

LATER = make.NOW + dt.timedelta(days=1)
F3 = pathlib.Path(os.environ.get("MITHAQ_SHARED", "../shared"), "data/f3/f3-stix-v1.1.json")


def test_a_file_makes_methods_of_our_own_ready_to_share() -> None:
    by = make.officer("methods-officer")

    done = import_bundle(data=make.bundle(make.pattern()), by=by, at=make.NOW)

    row = Method.objects.get()
    assert done.new == (row.urn,)
    assert (row.origin, row.state, row.version) == ("XA", "ready", 1)
    assert queries.record_of(row).title == "False parcel text message"


def test_what_the_source_left_open_is_filled_with_the_bureau_s_terms() -> None:
    terms = Terms(handling="h1", tlp="amber", source_grade="b", information_grade="3")

    import_bundle(
        data=make.bundle(make.pattern()), by=make.officer("analyst"), at=make.NOW, terms=terms
    )

    row = Method.objects.get()
    assert (row.handling, row.tlp, row.source_grade, row.information_grade) == (
        "h1",
        "amber",
        "b",
        "3",
    )
    assert queries.record_of(row).facts().handling == "h1"


def test_a_second_import_changes_nothing() -> None:
    by = make.officer("methods-officer")
    data = make.bundle(make.pattern())
    import_bundle(data=data, by=by, at=make.NOW)
    before = Method.objects.values().get()

    done = import_bundle(data=data, by=by, at=LATER, terms=Terms(tlp="red"))

    assert (done.new, done.changed, done.unchanged, done.left) == ((), (), 1, ())
    assert Method.objects.values().get() == before
    assert Event.objects.filter(kind="record-created").count() == 1


def test_a_newer_modification_makes_a_new_version_and_keeps_the_former() -> None:
    by = make.officer("methods-officer")
    import_bundle(data=make.bundle(make.pattern()), by=by, at=make.NOW)

    newer = make.pattern(modified="2026-10-01T00:00:00.000Z", name="Parcel message, revised")
    done = import_bundle(data=make.bundle(newer), by=by, at=LATER)

    row = Method.objects.get()
    former = MethodVersion.objects.get()
    assert done.changed == (row.urn,)
    assert (row.version, row.title) == (2, "Parcel message, revised")
    assert (former.version, former.body["title"]) == (1, "False parcel text message")
    assert former.replaced_at == LATER


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"modified": "2026-09-01T08:30:00.000Z"}, "older", id="older"),
        pytest.param({"name": "Another name"}, "conflicting", id="same-instant-other-content"),
    ],
)
def test_what_is_older_or_conflicting_is_reported_and_left(
    changes: dict[str, str], reason: str
) -> None:
    by = make.officer("methods-officer")
    import_bundle(data=make.bundle(make.pattern()), by=by, at=make.NOW)

    done = import_bundle(data=make.bundle(make.pattern(**changes)), by=by, at=LATER)

    assert [one.reason for one in done.left] == [reason]
    assert Method.objects.get().title == "False parcel text message"
    assert Method.objects.get().version == 1


def test_a_withdrawn_method_is_not_brought_back_by_a_file() -> None:
    by = make.officer("methods-officer")
    import_bundle(data=make.bundle(make.pattern(revoked=True)), by=by, at=make.NOW)

    newer = make.pattern(modified="2026-10-01T00:00:00.000Z")
    done = import_bundle(data=make.bundle(newer), by=by, at=LATER)

    assert [one.reason for one in done.left] == ["withdrawn"]
    assert Method.objects.get().state == "withdrawn"


def test_a_broken_object_refuses_the_whole_file() -> None:
    by = make.officer("methods-officer")
    broken = make.pattern(id=make.OTHER, confidence=900)

    with pytest.raises(stix.Refused) as refused:
        import_bundle(data=make.bundle(make.pattern(), broken), by=by, at=make.NOW)

    assert refused.value.faults[0].object_id == make.OTHER
    assert refused.value.faults[0].field == "confidence"
    assert not Method.objects.exists()
    assert not Event.objects.exists()


def test_a_failure_half_way_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    by = make.officer("methods-officer")
    monkeypatch.setattr(importing, "CHUNK", 1)
    data = make.bundle(make.pattern(), make.pattern(id=make.OTHER))

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "stored" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_bundle(data=data, by=by, at=make.NOW, progress=stop)

    assert not Method.objects.exists()


@pytest.mark.parametrize("role", ["duty-officer", "system-administrator", "second-officer"])
def test_only_who_may_write_methods_imports_them(role: str) -> None:
    by = make.officer(role)

    with pytest.raises(PermissionDenied):
        import_bundle(data=make.bundle(make.pattern()), by=by, at=make.NOW)

    assert not Method.objects.exists()


def test_the_role_at_another_desk_does_not_import() -> None:
    by = make.officer("methods-officer", desk="drugs")

    with pytest.raises(PermissionDenied):
        import_bundle(data=make.bundle(make.pattern()), by=by, at=make.NOW)


def test_each_import_is_journalled_under_the_officer_s_pseudonym() -> None:
    by = make.officer("methods-officer")

    import_bundle(data=make.bundle(make.pattern()), by=by, at=make.NOW)

    event = Event.objects.get(kind="record-created")
    assert (event.actor, event.subject) == (by.pseudonym, Method.objects.get().urn)


def test_retention_ends_with_the_bureau_s_term_or_the_source_s_if_sooner() -> None:
    soon = "2027-01-01T00:00:00.000Z"
    ours: JsonObject = {"extension_type": "property-extension", "expires": soon}
    extension: JsonObject = {stix.EXTENSION_ID: ours}
    data = make.bundle(make.pattern(), make.pattern(id=make.OTHER, extensions=extension))

    import_bundle(data=data, by=make.officer("analyst"), at=make.NOW)

    ends = dict(Method.objects.values_list("key", "retain_until"))
    assert sorted(ends.values()) == [
        dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        make.NOW + importing.RETENTION,
    ]


def test_the_demo_s_methods_are_imported() -> None:
    data = resources.read_bytes("demo", "methods.json")

    done = import_bundle(data=data, by=make.officer("analyst"), at=make.NOW)

    assert len(done.new) == 12
    assert Method.objects.filter(named_supplier=True).count() == 2


@pytest.mark.foreign
@pytest.mark.skipif(not F3.is_file(), reason="the folder of foreign test data is absent")
def test_all_techniques_of_f3_are_imported_once() -> None:
    by = make.officer("methods-officer")

    first = import_bundle(data=F3.read_bytes(), by=by, at=make.NOW)
    second = import_bundle(data=F3.read_bytes(), by=by, at=LATER)

    assert (len(first.new), first.unchanged) == (123, 0)
    assert (second.new, second.changed, second.unchanged) == ((), (), 123)
    assert Method.objects.filter(stages=[]).count() == 0


def test_progress_is_told_for_each_stage() -> None:
    told: list[tuple[str, int, int]] = []

    import_bundle(
        data=make.bundle(make.pattern()),
        by=make.officer("analyst"),
        at=make.NOW,
        progress=lambda stage, done, total: told.append((stage, done, total)),
    )

    assert [one for one in told if one[1] == one[2]] == [
        ("read", 1, 1),
        ("checked", 1, 1),
        ("stored", 1, 1),
    ]
