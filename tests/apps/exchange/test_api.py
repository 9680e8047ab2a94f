"""Who may ask what of the machine API: every route and every role, default deny."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from mithaq.apps.exchange.models import Evidence, Inbound, Outbound
from mithaq.apps.methods.actions import importing
from mithaq.apps.people import actions as people
from mithaq.apps.people.models import Officer
from mithaq.core.codes import codelist
from mithaq.site.api import api
from tests.factories import methods

pytestmark = pytest.mark.django_db

PREFIX = "/api/v1"
AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
NOBODY = uuid.UUID(int=1)
METHOD = f"urn:mithaq:XA:method:{methods.PATTERN[-36:]}"
DESKS = ("duty", "methods", "safeguards")
ROLES = tuple(codelist("officer-role").codes)

TRAFFIC = {
    "duty-officer",
    "shift-supervisor",
    "second-officer",
    "methods-officer",
    "data-protection-officer",
}
READERS = {"analyst", "duty-officer", "methods-officer", "second-officer", "shift-supervisor"}
WRITERS = {"analyst", "methods-officer"}
SENDERS = {"duty-officer", "methods-officer"}
COUNTERS = {"data-protection-officer", "bureau-head", "auditor"}
EVERYONE = set(ROLES)  # shown only what concerns them: for a stranger, nothing

MATRIX: dict[tuple[str, str], set[str]] = {
    ("get", "/exchange/sent"): TRAFFIC,
    ("get", "/exchange/sent/{message_id}"): TRAFFIC,
    ("get", "/exchange/received"): TRAFFIC,
    ("get", "/exchange/received/{message_id}"): TRAFFIC,
    ("get", "/exchange/counts"): TRAFFIC,
    ("post", "/exchange/holds/{hold_id}/release"): set(),
    ("get", "/methods"): READERS,
    ("post", "/methods/import"): WRITERS,
    ("get", "/methods/{urn}"): READERS,
    ("post", "/methods/{urn}/share"): SENDERS,
    ("get", "/safeguards/holds"): EVERYONE,
    ("get", "/safeguards/holds/{hold_id}"): set(),
    ("post", "/safeguards/holds/{hold_id}/refuse"): set(),
    ("post", "/safeguards/holds/{hold_id}/withdraw"): set(),
    ("get", "/safeguards/refusals"): COUNTERS,
}
BODIES: dict[tuple[str, str], object] = {
    ("post", "/exchange/holds/{hold_id}/release"): {"digest": "00" * 32},
    ("post", "/safeguards/holds/{hold_id}/refuse"): {"ground": "not-competent"},
    ("post", "/methods/{urn}/share"): {
        "audience": "XB",
        "pact_id": f"urn:mithaq:XA:pact:{NOBODY}",
        "purpose": "share-method",
        "necessity": "Needed.",
        "case_reference": "XA-1",
    },
}
CLOSED = {401, 403, 404}  # what is absent and what is forbidden have the same answer
ROUTES = pytest.mark.parametrize("route", MATRIX, ids=" ".join)


def token(role: str = "", *, active: bool = True) -> str:
    """Return a token of an officer who holds `role`, if it is one, at every desk."""
    at = timezone.now() - dt.timedelta(minutes=1)
    officer = people.enrol(
        username=role or "nobody", name="Example", language="ar", by="operator", at=at
    )
    for desk in DESKS if role else ():
        people.grant(officer=officer, desk=desk, role=role, by="operator", at=at)
    if not active:
        Officer.objects.filter(pk=officer.pk).update(is_active=False)
    return people.issue_token(
        officer=officer, label="test", lifetime=dt.timedelta(hours=1), by="operator", at=at
    )


def ask(route: tuple[str, str], bearer: str | None) -> tuple[int, str]:
    """Return the status and the code of the answer."""
    verb, path = route
    for name in ("message_id", "hold_id"):
        path = path.replace(f"{{{name}}}", str(NOBODY))
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    response = getattr(Client(), verb)(
        PREFIX + path.replace("{urn}", METHOD),
        data=BODIES.get(route, {}) if verb == "post" else None,
        content_type="application/json",
        headers=headers,
    )
    found = response.json() if response.content else {}
    return response.status_code, str(found.get("code", "")) if isinstance(found, dict) else ""


def lets_in(answer: tuple[int, str]) -> bool:
    """Return whether an answer is more than a refusal or "there is no such thing"."""
    status, code = answer
    return status not in CLOSED and code != "gate.hold_unknown"


@pytest.fixture
def things() -> None:
    """Keep what the routes of the matrix show: a method, a message sent, a message received."""
    importer = methods.officer("methods-officer", username="importer")
    pattern = methods.pattern()
    importing.import_bundle(data=methods.bundle(pattern), by=importer, at=AT)
    outbound(1)
    inbound(1)


def test_the_matrix_has_every_route() -> None:
    paths = api.get_openapi_schema()["paths"]

    found = {(verb, path.removeprefix(PREFIX)) for path, verbs in paths.items() for verb in verbs}
    assert found == set(MATRIX)


@ROUTES
def test_without_a_token_nothing_is_answered(route: tuple[str, str]) -> None:
    assert ask(route, None)[0] == 401
    assert ask(route, "no token of ours")[0] == 401


@ROUTES
def test_an_officer_without_a_role_sees_nothing_of_others(
    route: tuple[str, str], things: None
) -> None:
    assert lets_in(ask(route, token())) == (MATRIX[route] == EVERYONE)


@ROUTES
def test_an_officer_who_left_is_a_stranger(route: tuple[str, str]) -> None:
    assert ask(route, token("methods-officer", active=False))[0] == 401


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_exactly_its_routes(role: str, things: None) -> None:
    bearer = token(role)

    opened = {route for route in MATRIX if lets_in(ask(route, bearer))}

    assert opened == {route for route, roles in MATRIX.items() if role in roles}


def test_the_administrator_opens_nothing() -> None:
    rows = {route for route, roles in MATRIX.items() if "system-administrator" in roles}

    assert rows == {("get", "/safeguards/holds")}  # an empty list


# --- what is shown -------------------------------------------------------------------------------


def outbound(number: int, *, subject: str = METHOD, state: str = "accepted") -> Outbound:
    row = Outbound.objects.create(
        message_id=uuid.UUID(int=number),
        issuer="XA",
        audience="XB",
        next_hop="XB",
        pact_id=f"urn:mithaq:XA:pact:{NOBODY}",
        kind="method",
        purpose="share-method",
        subject=subject,
        sequence=number,
        sealed=b"sealed",
        digest=bytes(32),
        state=state,
        accepted_at=AT + dt.timedelta(seconds=number),
        expires_at=AT + dt.timedelta(days=7),
        retain_until=AT + dt.timedelta(days=7),
    )
    Evidence.objects.create(
        message_id=row.pk, state="accepted", peer="XA", at=AT, retain_until=row.retain_until
    )
    return row


def inbound(number: int) -> None:
    Inbound.objects.create(
        issuer="XB",
        message_id=uuid.UUID(int=number),
        digest=bytes(32),
        sealed=b"sealed",
        sequence=1,
        pact_id="urn",
        kind="method",
        purpose="share-method",
        state="received",
        received_at=AT,
        expires_at=AT,
        retain_until=AT,
    )


@pytest.fixture
def get() -> Callable[..., Any]:
    """Return what the API answers an officer on duty: JSON, or the status of a refusal."""
    bearer = token("duty-officer")

    def ask_for(path: str, **query: str) -> Any:
        response = Client().get(
            PREFIX + path, query_params=query, headers={"Authorization": f"Bearer {bearer}"}
        )
        return response.json() if response.status_code == 200 else response.status_code

    return ask_for


def test_what_is_only_relayed_is_not_shown_as_ours(get: Callable[..., Any]) -> None:
    outbound(1)
    relayed = outbound(2, subject="")

    shown = get("/exchange/sent")
    assert [row["sequence"] for row in shown] == [1]
    assert get(f"/exchange/sent/{relayed.pk}") == 404


def test_pages_go_on_where_the_last_one_ended(get: Callable[..., Any]) -> None:
    for number in range(1, 61):
        outbound(number)

    first = get("/exchange/sent")
    rest = get("/exchange/sent", before=first[-1]["accepted_at"])

    assert [row["sequence"] for row in [*first, *rest]] == list(range(60, 0, -1))
    assert len(first) == 50


def test_a_state_narrows_the_list(get: Callable[..., Any]) -> None:
    outbound(1, state="opened")
    outbound(2)

    shown = get("/exchange/sent", state="opened")

    assert [row["sequence"] for row in shown] == [1]


def test_a_message_is_shown_with_its_evidence_and_without_its_body(get: Callable[..., Any]) -> None:
    row = outbound(1)

    shown = get(f"/exchange/sent/{row.pk}")

    assert [step["state"] for step in shown["evidence"]] == ["accepted"]
    assert "sealed" not in shown


def test_counts_have_a_number_for_each_state(get: Callable[..., Any]) -> None:
    outbound(1)
    outbound(2, subject="", state="relayed")
    inbound(9)

    assert get("/exchange/counts") == {
        "sent": {"accepted": 1},
        "relayed": {"relayed": 1},
        "received": {"received": 1},
        "turned_away": {},
    }
