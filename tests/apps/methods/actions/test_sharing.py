from __future__ import annotations

import pytest

from mithaq.apps.methods import queries
from mithaq.apps.methods.actions.importing import import_bundle
from mithaq.apps.methods.actions.receiving import Recalled, receive_many
from mithaq.apps.methods.actions.sharing import Reasons, release, share
from mithaq.apps.methods.models import Method
from mithaq.apps.methods.queries import NotFound
from mithaq.apps.people.permissions import PermissionDenied
from mithaq.core.formats import stix
from mithaq.core.ids import BureauId, Urn
from mithaq.core.workflow import NotAllowed
from tests.factories import methods as make

pytestmark = pytest.mark.django_db

BAHR = BureauId("XB")
PACT = Urn("urn:mithaq:XS:pact:6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1eff")
REASONS = Reasons(
    purpose="share-method",
    necessity="The same method is seen at the common border this month.",
    case_reference="M-2026-17",
    urgency="routine",
)


@pytest.fixture
def own() -> Method:
    import_bundle(
        data=make.bundle(make.pattern()), by=make.officer("analyst", username="a"), at=make.NOW
    )
    return Method.objects.get()


def test_the_request_carries_record_facts_and_reasons(own: Method) -> None:
    request = release(own, audience=BAHR, pact_id=PACT, reasons=REASONS)

    assert stix.read_method(request.body) == queries.record_of(own)
    assert request.facts == queries.record_of(own).facts()
    assert (request.urn, request.version, request.kind) == (own.urn, 1, "method")
    assert (request.audience, request.pact_id, request.purpose) == (BAHR, PACT, "share-method")
    assert request.retain_until == own.retain_until
    assert request.facts.handling == "h0"


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_method_that_is_not_ready_is_not_sent(own: Method, state: str) -> None:
    own.state = state

    with pytest.raises(NotAllowed):
        release(own, audience=BAHR, pact_id=PACT, reasons=REASONS)


def test_a_recalled_method_is_not_sent_on() -> None:
    receive_many(arrivals=[make.arrival()], at=make.NOW)
    Method.objects.update(state="recalled")

    with pytest.raises(Recalled):
        release(Method.objects.get(), audience=BureauId("XC"), pact_id=PACT, reasons=REASONS)


def test_a_received_method_keeps_its_origin_s_name_when_sent_on() -> None:
    receive_many(arrivals=[make.arrival(version=4)], at=make.NOW)

    request = release(Method.objects.get(), audience=BureauId("XC"), pact_id=PACT, reasons=REASONS)

    assert (request.urn, request.version) == (make.arrival().urn, 4)


def test_who_may_read_but_not_share_is_told_so(own: Method) -> None:
    with pytest.raises(PermissionDenied):
        share(
            urn=own.urn,
            audience=BAHR,
            pact_id=PACT,
            reasons=REASONS,
            by=make.officer("second-officer"),
            at=make.NOW,
        )


def test_what_an_officer_may_not_see_is_absent(own: Method) -> None:
    with pytest.raises(NotFound):
        share(
            urn=own.urn,
            audience=BAHR,
            pact_id=PACT,
            reasons=REASONS,
            by=make.officer("press-officer"),
            at=make.NOW,
        )


def test_without_a_pact_nothing_leaves_and_the_state_stays(own: Method) -> None:
    outcome = share(
        urn=own.urn,
        audience=BAHR,
        pact_id=PACT,
        reasons=REASONS,
        by=make.officer("methods-officer"),
        at=make.NOW,
    )

    assert outcome.summary()["outcome"] == "refused"
    assert Method.objects.get().state == "ready"
