from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mithaq.apps.exchange.actions import submission
from mithaq.apps.exchange.actions.release import ReleaseRequest, UnusableText
from mithaq.apps.exchange.actions.submission import Accepted, Held, Refused
from mithaq.apps.exchange.models import Evidence, Outbound
from mithaq.apps.pacts import actions as pacts
from mithaq.apps.people.permissions import PermissionDenied
from mithaq.apps.safeguards.models import Hold, Refusal
from mithaq.apps.safeguards.permissions import SameOfficer
from mithaq.core import envelope
from mithaq.core.errors import MithaqError
from mithaq.core.ids import Digest
from mithaq.core.workflow import NotAllowed
from tests.factories import methods
from tests.factories.federation import OPERATOR, SECOND, XA, XC, XS
from tests.factories.federation_methods import (
    events,
    many,
    naming_supplier,
    renamed,
    request,
    send,
    with_quota,
)
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def submit(network: Network, *wanted: ReleaseRequest) -> list[submission.Outcome]:
    officer = network.nodes[XA].officer()
    return submission.submit(releases=wanted, by=officer, at=network.now)


def held(network: Network) -> Hold:
    (outcome,) = submit(network, naming_supplier(network))
    assert isinstance(outcome, Held)
    return Hold.objects.get(pk=outcome.hold_id)


def release(network: Network, hold: Hold, *, by: str = SECOND) -> submission.Outcome:
    return submission.release_held(
        hold_id=hold.pk,
        digest=Digest(bytes(hold.digest)),
        by=network.nodes[XA].officer(by),
        at=network.now,
    )


def test_what_gate_and_pact_allow_is_sealed_queued_and_journalled(inside_xa: Network) -> None:
    (outcome,) = submit(inside_xa, request(inside_xa))

    assert isinstance(outcome, Accepted)
    row = Outbound.objects.get(pk=outcome.message_id)
    assert (row.state, row.audience, row.sequence) == ("accepted", "XB", 1)
    assert [step.state for step in Evidence.objects.all()] == ["accepted"]
    assert events("record-disclosed") == 1


@pytest.mark.parametrize(
    ("changes", "ground"),
    [
        pytest.param({"purpose": "support-investigation"}, "pact.purpose", id="purpose"),
        pytest.param({"offences": ("cultural-property",)}, "pact.offence", id="offence"),
        pytest.param({"audience": XS}, "pact.party", id="no party"),
        pytest.param({"audience": XC}, "pact.party", id="no party either"),
        pytest.param({"via": (XS,)}, "pact.relay", id="relay"),
    ],
)
def test_what_lies_outside_the_pact_is_refused_before_sealing(
    inside_xa: Network, changes: dict[str, str], ground: str
) -> None:
    (outcome,) = submit(inside_xa, request(inside_xa, **changes))  # type: ignore[arg-type]  # a table

    assert isinstance(outcome, Refused)
    assert outcome.ground == ground
    nothing_left(stage="pact", ground=ground)


@pytest.mark.parametrize(
    ("pact", "ground"), [("methods-expired", "pact.ended"), (None, "pact.unknown")]
)
def test_without_a_pact_that_stands_nothing_leaves(
    inside_xa: Network, pact: str | None, ground: str
) -> None:
    wanted = request(inside_xa, pact=pact or "methods-direct")
    if pact is None:
        wanted = replace(wanted, pact_id=wanted.urn)

    (outcome,) = submit(inside_xa, wanted)

    assert isinstance(outcome, Refused)
    assert outcome.ground == ground
    nothing_left(stage="pact", ground=ground)


@pytest.mark.parametrize(
    ("changes", "ground"),
    [
        pytest.param({"necessity": ""}, "necessity-missing", id="necessity"),
        pytest.param({"case_reference": ""}, "case-reference-missing", id="case"),
    ],
)
def test_what_the_gate_refuses_is_not_sealed(
    inside_xa: Network, changes: dict[str, str], ground: str
) -> None:
    wanted = replace(request(inside_xa), **changes)  # type: ignore[arg-type]  # a table

    assert submit(inside_xa, wanted) == [Refused(ground=ground)]

    nothing_left(stage="gate", ground=ground)


def nothing_left(*, stage: str, ground: str) -> None:
    assert not Outbound.objects.exists()
    assert list(Refusal.objects.values_list("stage", "ground")) == [(stage, ground)]
    assert events("record-disclosed") == 0


@pytest.mark.parametrize(
    ("field", "longest"),
    [("purpose", 64), ("urgency", 64), ("necessity", 4000), ("case_reference", 255)],
)
def test_what_the_receiver_could_not_read_is_not_even_asked_for(
    inside_xa: Network, field: str, longest: int
) -> None:
    wanted = request(inside_xa)
    renamed(wanted, **{field: "x" * longest})

    for text in ("x" * (longest + 1), "null\0", "half \ud800"):
        with pytest.raises(UnusableText) as refusal:
            renamed(wanted, **{field: text})
        assert refusal.value.detail == field


def test_one_refusal_in_a_batch_leaves_the_others_alone(inside_xa: Network) -> None:
    wanted = many(inside_xa, 3)
    wanted[1] = replace(wanted[1], purpose="support-investigation")

    outcomes = submit(inside_xa, *wanted)

    assert [type(outcome) for outcome in outcomes] == [Accepted, Refused, Accepted]
    assert sorted(Outbound.objects.values_list("sequence", flat=True)) == [1, 2]


def test_a_record_is_kept_no_longer_than_the_pact_allows(inside_xa: Network) -> None:
    wanted = replace(request(inside_xa), retain_until=inside_xa.now + dt.timedelta(days=2000))

    submit(inside_xa, wanted)

    assert Outbound.objects.get().retain_until == inside_xa.now + dt.timedelta(days=730)


# --- the second officer --------------------------------------------------------------------------


def test_what_the_gate_holds_waits_unsealed(inside_xa: Network) -> None:
    hold = held(inside_xa)

    assert hold.state == "waiting"
    assert "named-supplier" in hold.reasons
    assert not Outbound.objects.exists()


def test_a_second_officer_lets_it_go(inside_xa: Network) -> None:
    outcome = release(inside_xa, held(inside_xa))

    assert isinstance(outcome, Accepted)
    assert events("second-approval") == events("record-disclosed") == 1


def test_the_officer_who_prepared_it_does_not_let_it_go(inside_xa: Network) -> None:
    hold = held(inside_xa)

    with pytest.raises(SameOfficer):
        release(inside_xa, hold, by="salma")

    assert not Outbound.objects.exists()


def test_what_was_not_looked_at_is_not_released(inside_xa: Network) -> None:
    hold = held(inside_xa)
    hold.digest = bytes(32)

    with pytest.raises(MithaqError) as refusal:
        release(inside_xa, hold)

    assert refusal.value.code == "gate.changed_after_review"
    assert not Outbound.objects.exists()


def test_a_release_that_was_changed_while_it_waited_is_not_released(inside_xa: Network) -> None:
    hold = held(inside_xa)
    wanted = ReleaseRequest.from_bytes(bytes(hold.release))
    changed = replace(wanted, necessity="Another reason than the one that was reviewed.")
    Hold.objects.filter(pk=hold.pk).update(release=changed.to_bytes())

    with pytest.raises(MithaqError) as refusal:
        release(inside_xa, hold)

    assert refusal.value.code == "gate.changed_after_review"
    assert not Outbound.objects.exists()


def test_it_is_released_once(inside_xa: Network) -> None:
    hold = held(inside_xa)
    release(inside_xa, hold)

    with pytest.raises(NotAllowed):
        release(inside_xa, hold)

    assert Outbound.objects.count() == 1


def test_the_pact_is_asked_again_at_release(inside_xa: Network) -> None:
    hold = held(inside_xa)
    pacts.suspend(
        pact_id=inside_xa.pacts["methods-direct"],
        reason={"en": "Under review"},
        effective_at=inside_xa.now,
        by=OPERATOR,
        at=inside_xa.now,
    )

    outcome = release(inside_xa, hold)

    assert isinstance(outcome, Refused)
    assert outcome.ground == "pact.suspended"
    assert not Outbound.objects.exists()
    assert Refusal.objects.get().ground == "pact.suspended"


def test_who_may_not_release_is_told_so_before_gate_and_pact_are_asked(inside_xa: Network) -> None:
    hold = held(inside_xa)
    pacts.suspend(
        pact_id=inside_xa.pacts["methods-direct"],
        reason={"en": "Under review"},
        effective_at=inside_xa.now,
        by=OPERATOR,
        at=inside_xa.now,
    )

    with pytest.raises(SameOfficer):
        release(inside_xa, hold, by="salma")

    assert not Refusal.objects.exists()


def test_the_release_names_both_officers(inside_xa: Network) -> None:
    release(inside_xa, held(inside_xa))
    inside_xa.pump()

    outbound = Outbound.objects.get()
    assert outbound.state == "opened"
    assert outbound.released_by == inside_xa.nodes[XA].officer().pseudonym
    assert outbound.released_by != inside_xa.nodes[XA].officer(SECOND).pseudonym


def test_the_gate_is_asked_again_at_release(inside_xa: Network) -> None:
    wanted = replace(naming_supplier(inside_xa), retain_until=inside_xa.now + DAY)
    (outcome,) = submit(inside_xa, wanted)
    assert isinstance(outcome, Held)
    inside_xa.now += 2 * DAY

    outcome = release(inside_xa, Hold.objects.get())

    assert outcome == Refused(ground="retention-past")
    assert not Outbound.objects.exists()


# --- many at once --------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_grow_with_the_batch(inside_xa: Network) -> None:
    counts = []
    for first, count in ((1, 2), (100, 20)):
        with CaptureQueriesContext(connection) as queries:
            submit(inside_xa, *many(inside_xa, count, first=first))
        counts.append(len(queries))

    assert counts[1] <= counts[0]


def test_envelopes_to_one_bureau_are_counted_and_chained(inside_xa: Network) -> None:
    submit(inside_xa, *many(inside_xa, 2))
    submit(inside_xa, *many(inside_xa, 1, first=3))

    rows = list(Outbound.objects.order_by("sequence"))
    assert [row.sequence for row in rows] == [1, 2, 3]
    assert all(envelope.read_routing(bytes(row.sealed)).audience == "XB" for row in rows)


def test_an_officer_without_a_role_submits_nothing_through_the_hold(inside_xa: Network) -> None:
    hold = held(inside_xa)
    stranger = methods.officer(username="stranger", desk="methods")

    with pytest.raises((PermissionDenied, MithaqError)):
        submission.release_held(
            hold_id=hold.pk, digest=Digest(bytes(hold.digest)), by=stranger, at=inside_xa.now
        )

    assert not Outbound.objects.exists()


def test_a_quota_counts_what_passed_before_in_the_same_batch(inside_xa: Network) -> None:
    with_quota(inside_xa, most=3)

    outcomes = submit(inside_xa, *many(inside_xa, 5, pact="quota"))

    assert [type(outcome) for outcome in outcomes] == [Accepted] * 3 + [Refused] * 2


def test_a_quota_counts_what_was_sent_before(inside_xa: Network) -> None:
    with_quota(inside_xa, most=3)
    send(inside_xa, many(inside_xa, 2, pact="quota"))

    outcomes = submit(inside_xa, *many(inside_xa, 2, first=3, pact="quota"))

    assert [type(outcome) for outcome in outcomes] == [Accepted, Refused]


def test_a_quota_is_free_again_when_its_window_has_passed(inside_xa: Network) -> None:
    with_quota(inside_xa, most=1)
    send(inside_xa, many(inside_xa, 1, pact="quota"))
    inside_xa.now += DAY

    send(inside_xa, many(inside_xa, 1, first=2, pact="quota"))

    assert Outbound.objects.count() == 2
