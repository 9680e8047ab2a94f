from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from mithaq.apps.journal.models import Event
from mithaq.apps.people.permissions import PermissionDenied
from mithaq.apps.safeguards import actions
from mithaq.apps.safeguards.actions import NewRefusal, UnknownGround
from mithaq.apps.safeguards.models import Hold, Refusal, Stage
from mithaq.apps.safeguards.permissions import SameOfficer
from mithaq.apps.safeguards.queries import HoldUnknown
from mithaq.core.errors import MithaqError
from mithaq.core.gate import ChangedAfterReview
from mithaq.core.ids import Digest
from mithaq.core.workflow import NotAllowed
from tests.factories.holds import AT, DIGEST, RELEASE, make_hold, make_officer

LATER = AT + dt.timedelta(hours=1)


def events() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("at", "id").values_list("kind", "actor"))


@pytest.mark.django_db
def test_what_is_held_waits_with_its_reasons_and_is_journalled() -> None:
    first = make_officer("first", role="methods-officer")

    hold = make_hold(by=first)

    hold.refresh_from_db()
    assert (hold.state, hold.reasons) == ("waiting", ["named-supplier"])
    assert bytes(hold.digest) == DIGEST
    assert events() == [("gate-held", "o-first")]


@pytest.mark.django_db
def test_a_second_officer_releases_and_gets_what_the_exchange_left() -> None:
    hold = make_hold(by=make_officer("first"))
    second = make_officer("second", role="second-officer")

    released = actions.approve(hold=hold.pk, digest=DIGEST, by=second, at=LATER)

    assert released.release == RELEASE
    hold.refresh_from_db()
    assert (hold.state, hold.decided_by, hold.decided_at) == ("released", second, LATER)
    assert bytes(hold.release) == b""
    assert events() == [("gate-held", "o-first"), ("second-approval", "o-second")]


@pytest.mark.django_db
def test_who_prepared_it_may_not_release_nor_refuse_it() -> None:
    both = make_officer("both", role="second-officer")
    hold = make_hold(by=both)

    with pytest.raises(SameOfficer):
        actions.approve(hold=hold.pk, digest=DIGEST, by=both, at=LATER)
    with pytest.raises(SameOfficer):
        actions.reject(hold=hold.pk, ground="necessity-not-shown", by=both, at=LATER)

    hold.refresh_from_db()
    assert hold.state == "waiting"


@pytest.mark.django_db
def test_the_database_too_refuses_one_officer_in_both_parts() -> None:
    both = make_officer("both", role="second-officer")
    hold = make_hold(by=both)

    with (
        pytest.raises(IntegrityError, match="safeguards_hold_second_officer"),
        transaction.atomic(),
    ):
        Hold.objects.filter(pk=hold.pk).update(
            state="released", decided_by=both, decided_at=LATER, release=b""
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        pytest.param({"state": "lost"}, "safeguards_hold", id="unknown state"),
        pytest.param({"state": "released"}, "safeguards_hold_decided_by_someone", id="by nobody"),
        pytest.param(
            {"decided_at": LATER}, "safeguards_hold_decided_by_someone", id="half decided"
        ),
        pytest.param(
            {"ground": "quota-exceeded"}, "safeguards_hold_refused_with_ground", id="ground"
        ),
    ],
)
def test_the_database_refuses_a_hold_that_contradicts_itself(
    change: dict[str, object], constraint: str
) -> None:
    hold = make_hold(by=make_officer("first"))

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(**change)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("desk", "role", "may"),
    [
        pytest.param("methods", "second-officer", True, id="second officer at the desk"),
        pytest.param("safeguards", "second-officer", True, id="second officer at safeguards"),
        pytest.param("safeguards", "data-protection-officer", True, id="data protection officer"),
        pytest.param("methods", "shift-supervisor", True, id="shift supervisor"),
        pytest.param("fraud", "second-officer", False, id="second officer of another desk"),
        pytest.param("methods", "methods-officer", False, id="methods officer"),
        pytest.param("methods", "system-administrator", False, id="administrator"),
        pytest.param("methods", "", False, id="no role"),
    ],
)
def test_who_may_release(desk: str, role: str, *, may: bool) -> None:
    hold = make_hold(by=make_officer("first"))
    officer = make_officer("other", desk=desk, role=role)

    if may:
        actions.approve(hold=hold.pk, digest=DIGEST, by=officer, at=LATER)
    else:
        with pytest.raises(PermissionDenied):
            actions.approve(hold=hold.pk, digest=DIGEST, by=officer, at=LATER)

    hold.refresh_from_db()
    assert (hold.state == "released") is may


@pytest.mark.django_db
def test_an_officer_who_left_releases_nothing() -> None:
    hold = make_hold(by=make_officer("first"))
    second = make_officer("second", role="second-officer")
    second.is_active = False
    second.save()

    with pytest.raises(PermissionDenied):
        actions.approve(hold=hold.pk, digest=DIGEST, by=second, at=LATER)


@pytest.mark.django_db
def test_what_was_changed_after_the_review_is_not_released() -> None:
    hold = make_hold(by=make_officer("first"))
    second = make_officer("second", role="second-officer")

    with pytest.raises(ChangedAfterReview):
        actions.approve(hold=hold.pk, digest=Digest(b"\x22" * 32), by=second, at=LATER)

    hold.refresh_from_db()
    assert (hold.state, bytes(hold.release)) == ("waiting", RELEASE)


@pytest.mark.django_db
def test_a_rejection_keeps_its_ground_and_is_counted_without_the_record() -> None:
    hold = make_hold(by=make_officer("first"))
    second = make_officer("second", role="second-officer")

    actions.reject(hold=hold.pk, ground="necessity-not-shown", by=second, at=LATER)

    hold.refresh_from_db()
    assert (hold.state, hold.ground, bytes(hold.release)) == ("refused", "necessity-not-shown", b"")
    counted = Refusal.objects.get()
    assert (counted.stage, counted.ground, counted.peer) == (
        "second-officer",
        "necessity-not-shown",
        "XB",
    )
    assert events()[-1] == ("second-rejection", "o-second")


@pytest.mark.django_db
def test_a_rejection_without_a_ground_of_the_list_is_refused() -> None:
    hold = make_hold(by=make_officer("first"))
    second = make_officer("second", role="second-officer")

    with pytest.raises(UnknownGround):
        actions.reject(hold=hold.pk, ground="because", by=second, at=LATER)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("own", "role", "may"),
    [
        pytest.param(True, "methods-officer", True, id="who prepared it"),
        pytest.param(True, "", False, id="who prepared it and lost the role"),
        pytest.param(False, "shift-supervisor", True, id="the shift supervisor"),
        pytest.param(False, "methods-officer", False, id="a colleague"),
    ],
)
def test_who_may_withdraw(role: str, *, own: bool, may: bool) -> None:
    officer = make_officer("officer", role=role)
    hold = make_hold(by=officer if own else make_officer("first"))

    if may:
        actions.withdraw(hold=hold.pk, by=officer, at=LATER)
    else:
        with pytest.raises(PermissionDenied):
            actions.withdraw(hold=hold.pk, by=officer, at=LATER)

    hold.refresh_from_db()
    assert (hold.state == "withdrawn") is may
    assert (bytes(hold.release) == b"") is may


@pytest.mark.django_db
def test_what_is_decided_stays_decided() -> None:
    hold = make_hold(by=make_officer("first"))
    second = make_officer("second", role="second-officer")
    actions.approve(hold=hold.pk, digest=DIGEST, by=second, at=LATER)

    with pytest.raises(NotAllowed):
        actions.reject(hold=hold.pk, ground="quota-exceeded", by=second, at=LATER)
    with pytest.raises(NotAllowed):
        actions.approve(hold=hold.pk, digest=DIGEST, by=second, at=LATER)


@pytest.mark.django_db
def test_a_hold_that_does_not_exist_is_unknown() -> None:
    second = make_officer("second", role="second-officer")

    with pytest.raises(HoldUnknown):
        actions.approve(hold=uuid.uuid4(), digest=DIGEST, by=second, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_decide_at_once_one_wins() -> None:
    hold = make_hold(by=make_officer("first"))
    approver = make_officer("approver", role="second-officer")
    rejecter = make_officer("rejecter", role="second-officer")
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def decide(act: str) -> None:
        try:
            start.wait(timeout=10)
            if act == "approve":
                actions.approve(hold=hold.pk, digest=DIGEST, by=approver, at=LATER)
            else:
                actions.reject(hold=hold.pk, ground="quota-exceeded", by=rejecter, at=LATER)
            outcomes.append(act)
        except MithaqError as fault:
            outcomes.append(fault.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(act,)) for act in ("approve", "reject")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    hold.refresh_from_db()
    assert sorted(outcomes) in (
        ["approve", "workflow.not_allowed"],
        ["reject", "workflow.not_allowed"],
    )
    assert (hold.state == "released") is ("approve" in outcomes)
    assert Event.objects.filter(kind__in=["second-approval", "second-rejection"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_decision_waits_for_one_that_is_under_way() -> None:
    hold = make_hold(by=make_officer("first"))
    second = make_officer("second", role="second-officer")
    third = make_officer("third", role="second-officer")
    outcomes: list[str] = []

    def reject() -> None:
        try:
            actions.reject(hold=hold.pk, ground="quota-exceeded", by=third, at=LATER)
            outcomes.append("rejected")
        except MithaqError as fault:
            outcomes.append(fault.code)
        finally:
            connection.close()

    with transaction.atomic():
        actions.approve(hold=hold.pk, digest=DIGEST, by=second, at=LATER)
        thread = threading.Thread(target=reject)
        thread.start()
        thread.join(timeout=0.5)
        assert outcomes == []
    thread.join(timeout=30)

    assert outcomes == ["workflow.not_allowed"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stage", "ground", "event"),
    [
        pytest.param(Stage.GATE, "retention-missing", "gate-refused", id="a rule of the gate"),
        pytest.param(Stage.PACT, "pact.purpose", "gate-refused", id="a clause"),
        pytest.param(Stage.RECEIVER, "envelope.expired", "envelope-refused", id="an obligation"),
    ],
)
def test_a_refusal_is_counted_and_journalled(stage: Stage, ground: str, event: str) -> None:
    refusal = NewRefusal(
        stage=stage, ground=ground, kind="method", purpose="share-method", peer="XB"
    )

    actions.count_refusal(refusal=refusal, subject="s", by="o-1", at=AT)

    assert Refusal.objects.get().ground == ground
    assert events() == [(event, "o-1")]


@pytest.mark.django_db
def test_a_refusal_on_an_unknown_ground_is_not_counted() -> None:
    refusal = NewRefusal(
        stage=Stage.GATE, ground="mood", kind="method", purpose="share-method", peer="XB"
    )

    with pytest.raises(UnknownGround):
        actions.count_refusal(refusal=refusal, subject="s", by="o-1", at=AT)


def test_a_refusal_kept_for_statistics_names_no_record_and_no_person() -> None:
    fields = {field.name for field in Refusal._meta.get_fields()}

    assert fields == {"id", "stage", "ground", "kind", "purpose", "peer", "pact", "at"}
