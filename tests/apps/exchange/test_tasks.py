from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from mithaq.apps.exchange import tasks
from mithaq.apps.exchange.actions import courier, wakening
from mithaq.core.envelope.batch import MAX_BODY
from tests.factories.federation_network import Network

pytestmark = pytest.mark.django_db

DOOR = "exchange.open:all"


def job(status: str, *, door: str | None = DOOR) -> None:
    """Keep a job; a `doing` one has no worker any more, since that was killed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status)"
            " VALUES ('default', %s, %s, %s, '{}', %s)",
            [wakening.OPEN, door, door, status],
        )


def jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id")
        return [status for (status,) in cursor.fetchall()]


def rescue() -> None:
    async_to_sync(tasks.rescue.func)(0)


def test_a_job_whose_worker_was_killed_is_put_back(inside_xa: Network) -> None:
    job("doing")

    rescue()

    assert jobs() == ["todo"]


def test_a_killed_job_makes_room_for_the_same_knock_that_waits(inside_xa: Network) -> None:
    job("doing")
    job("todo")

    rescue()

    assert jobs() == ["todo"]


def test_one_killed_job_that_cannot_be_put_back_does_not_hold_up_the_others(
    inside_xa: Network,
) -> None:
    job("doing")
    job("todo")
    job("doing", door=None)

    rescue()

    assert jobs() == ["todo", "todo"]


def test_a_knock_waits_once_at_each_door(inside_xa: Network) -> None:
    for _ in range(3):
        wakening.wake_opener()
        wakening.wake_couriers(["XB", "XS", "XB"])

    assert jobs() == ["todo"] * 3


# --- what the transport makes of answers ---------------------------------------------------------


def post(handler: httpx.MockTransport) -> bytes:
    with httpx.Client(transport=handler, follow_redirects=False) as client:
        return tasks.HttpTransport(client).post(
            endpoint="https://xb.mithaq.example", what=courier.ENVELOPES, body=b"batch"
        )


def test_a_batch_goes_to_the_endpoint_and_its_answer_comes_back() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == "https://xb.mithaq.example/wire/v1/envelopes"
        assert request.headers["content-type"] == "application/cbor"
        return httpx.Response(200, content=b"answer to " + request.content)

    assert post(httpx.MockTransport(handle)) == b"answer to batch"


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(httpx.Response(404), id="no such page"),
        pytest.param(httpx.Response(500), id="a fault"),
        pytest.param(httpx.Response(204), id="another success"),
        pytest.param(
            httpx.Response(302, headers={"location": "https://elsewhere.example"}), id="a redirect"
        ),
        pytest.param(httpx.Response(200, content=bytes(MAX_BODY + 1)), id="too long"),
    ],
)
def test_any_other_answer_is_none(response: httpx.Response) -> None:
    with pytest.raises(courier.Unreachable):
        post(httpx.MockTransport(lambda _: response))


class Dripping(httpx.SyncByteStream):
    """An answer that never ends, a byte every minute."""

    def __init__(self) -> None:
        self.minutes = 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.minutes += 1
            yield b"."


def test_a_peer_that_answers_byte_by_byte_does_not_hold_the_courier(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Dripping()
    monkeypatch.setattr(time, "monotonic", lambda: answer.minutes * 60.0)

    with pytest.raises(courier.Unreachable, match="drips"):
        post(httpx.MockTransport(lambda _: httpx.Response(200, stream=answer)))

    assert answer.minutes < 5


def test_a_broken_connection_is_no_answer() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(courier.Unreachable):
        post(httpx.MockTransport(handle))
