"""XA shares with XB for real: gate, pact and sealing run as they do in a node."""

from __future__ import annotations

import datetime as dt
import pathlib

import pytest
from pytest_django import Settings

from mithaq.apps.exchange.actions.submission import Outcome
from mithaq.apps.exchange.models import Outbound
from mithaq.apps.keys import store
from mithaq.apps.keys.models import Key
from mithaq.apps.methods.actions.importing import Terms, import_bundle
from mithaq.apps.methods.actions.sharing import Reasons, share
from mithaq.apps.methods.models import Method
from mithaq.apps.pacts import actions as pacts
from mithaq.apps.people.models import Officer
from mithaq.apps.safeguards.models import Hold
from mithaq.core.formats import stix
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.keys import HeldKey, KeyRole
from mithaq.core.pacts.allowed import Offences
from tests.factories import members, pact_nodes
from tests.factories import methods as make
from tests.factories.pacts import NOON, PACT_ID, XB, make_pact, make_signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(settings: Settings, tmp_path: pathlib.Path) -> Officer:
    """An officer of a node that has keys, peers and a pact with XB."""
    settings.MITHAQ_SECRETS = tmp_path
    pact_nodes.know_members()
    pact_nodes.hold_authority(tmp_path)
    _hold_node_key()
    pact = make_pact(Offences(ref="c5", allowed=frozenset({"online-scam"})))
    pacts.load_pact(signed=make_signed(pact), by="operator", at=NOON)
    return make.officer("methods-officer")


def _hold_node_key() -> None:
    key = members.private("XA node")
    held = [(KeyRole.AUTHORITY, one) for one in members.authority("XA")]
    store.write(
        [
            HeldKey(role=role, key=one, created_at=members.AT)
            for role, one in [*held, (KeyRole.NODE, key)]
        ]
    )
    Key.objects.create(
        kid=key.kid,
        role=KeyRole.NODE,
        algorithm=key.alg,
        public=key.public.raw,
        starts_at=members.AT - members.YEAR,
        ends_at=members.AT + members.YEAR,
    )


def shared(by: Officer, *, purpose: str = "share-method", **supplier: str) -> Outcome:
    ours: JsonObject = {"extension_type": "property-extension", "offences": ["online-scam"]}
    if supplier:
        ours["supplier"] = dict(supplier)
    extensions: JsonObject = {stix.EXTENSION_ID: ours}
    data = make.bundle(make.pattern(extensions=extensions))
    import_bundle(data=data, by=by, at=NOON, terms=Terms(retention=dt.timedelta(days=90)))
    return share(
        urn=Method.objects.get().urn,
        audience=XB,
        pact_id=PACT_ID,
        reasons=Reasons(
            purpose=purpose,
            necessity="The same method is seen at the common border this month.",
            case_reference="M-2026-17",
        ),
        by=by,
        at=NOON,
    )


def test_a_method_within_the_pact_is_queued_and_counts_as_shared(by: Officer) -> None:
    outcome = shared(by)

    assert outcome.summary()["outcome"] == "accepted"
    assert Outbound.objects.get().subject == Method.objects.get().urn
    assert Method.objects.get().state == "shared"


@pytest.mark.parametrize(
    "supplier",
    [
        pytest.param({"nature": "firm"}, id="firm"),
        pytest.param({"nature": "person", "category": "suspect"}, id="person"),
    ],
)
def test_a_method_that_names_its_supplier_waits_for_a_second_officer(
    by: Officer, supplier: dict[str, str]
) -> None:
    outcome = shared(by, kind="bulk-sms", name="Example (fictional)", **supplier)

    assert outcome.summary()["outcome"] == "held"
    assert "named-supplier" in Hold.objects.get().reasons
    assert Method.objects.get().state == "ready"
    assert not Outbound.objects.exists()


def test_a_purpose_outside_the_pact_is_refused_before_sealing(by: Officer) -> None:
    outcome = shared(by, purpose="threat-analysis")

    assert outcome.summary() == {"outcome": "refused", "ground": "pact.purpose", "clause": "c1"}
    assert Method.objects.get().state == "ready"
    assert not Outbound.objects.exists()
