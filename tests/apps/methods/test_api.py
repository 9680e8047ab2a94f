from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from mithaq.apps.journal.models import Event
from mithaq.apps.methods.models import Method
from mithaq.apps.people import actions as people
from mithaq.apps.people.models import Officer
from mithaq.core.codes import codelist
from mithaq.core.formats.stix.parsing import JsonObject
from tests.factories import methods as make

pytestmark = pytest.mark.django_db


def client_of(officer: Officer) -> Client:
    token = people.issue_token(
        officer=officer,
        label="test",
        lifetime=dt.timedelta(hours=1),
        by="operator",
        at=timezone.now() - dt.timedelta(seconds=1),
    )
    return Client(headers={"authorization": f"Bearer {token}"})


def post(client: Client, data: bytes) -> tuple[int, JsonObject]:
    answer = client.post("/api/v1/methods/import", data, content_type="application/json")
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def writer() -> Client:
    return client_of(make.officer("methods-officer"))


def test_a_bundle_is_imported_listed_and_shown(writer: Client) -> None:
    status, done = post(writer, make.bundle(make.pattern()))
    listed = writer.get("/api/v1/methods?search=parcel").json()
    shown = writer.get(f"/api/v1/methods/{listed['methods'][0]['urn']}").json()

    assert (status, done["unchanged"]) == (200, 0)
    assert done["new"] == [shown["urn"]]
    assert listed["cursor"] == ""
    assert shown["body"]["title"] == "False parcel text message"


def test_a_broken_bundle_is_a_problem_that_names_object_and_field(writer: Client) -> None:
    status, problem = post(writer, make.bundle(make.pattern(confidence=900)))

    assert (status, problem["code"]) == (422, "stix.refused")
    assert make.PATTERN in str(problem["detail"])
    assert "confidence" in str(problem["detail"])
    assert not Method.objects.exists()


def test_looking_and_searching_are_journalled_without_the_words(writer: Client) -> None:
    post(writer, make.bundle(make.pattern()))

    writer.get("/api/v1/methods?search=secretword")
    writer.get(f"/api/v1/methods/{Method.objects.get().urn}")

    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"record-searched", "record-consulted"} <= kinds <= set(codelist("journal-event").codes)
    assert not any("secretword" in str(row) for row in Event.objects.values())


def test_absent_and_forbidden_are_the_same_answer(writer: Client) -> None:
    post(writer, make.bundle(make.pattern()))
    urn = Method.objects.get().urn
    stranger = client_of(make.officer("system-administrator", username="admin"))

    forbidden = stranger.get(f"/api/v1/methods/{urn}")
    absent = writer.get(f"/api/v1/methods/{urn.replace('XA', 'XC')}")

    assert forbidden.status_code == absent.status_code == 404
    assert forbidden.content == absent.content
    assert not Event.objects.filter(kind="record-consulted").exists()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/api/v1/methods", 403, id="list"),
        pytest.param("/api/v1/methods/import", 403, id="import"),
    ],
)
def test_an_officer_of_another_desk_gets_nothing(path: str, status: int) -> None:
    stranger = client_of(make.officer("press-officer", username="press"))
    post_or_get = stranger.post if path.endswith("import") else stranger.get

    assert post_or_get(path).status_code == status


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("methods/urn%00", id="a name"),
        pytest.param("methods?tlp=%00", id="a filter"),
        pytest.param("exchange/sent?state=%00", id="a state"),
        pytest.param("exchange/sent?before=2026-11-21T12:00:00", id="an instant without zone"),
    ],
)
def test_what_cannot_be_looked_up_is_a_malformed_request(writer: Client, address: str) -> None:
    writer.raise_request_exception = False

    answer = writer.get(f"/api/v1/{address}")

    assert (answer.status_code, answer.json()["code"]) == (422, "request.malformed")


def test_without_a_token_there_is_no_answer() -> None:
    assert Client().get("/api/v1/methods").status_code == 401


def test_pages_follow_by_their_cursor(writer: Client) -> None:
    post(writer, make.bundle(make.pattern(), make.pattern(id=make.OTHER)))

    first = writer.get("/api/v1/methods?size=1").json()
    second = writer.get("/api/v1/methods", {"size": 1, "cursor": first["cursor"]}).json()

    assert second["cursor"] == ""
    assert {page["methods"][0]["urn"][-2:] for page in (first, second)} == {"01", "02"}
