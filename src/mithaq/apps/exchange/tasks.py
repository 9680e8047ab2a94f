"""The work of the exchange that a worker process does: carry, open, look at the clock, rescue."""

from __future__ import annotations

import functools
import random
import time

import httpx
import structlog
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from mithaq.apps.exchange import queries
from mithaq.apps.exchange.actions import clocks, courier, opening, wakening
from mithaq.core.envelope.batch import CONTENT_TYPE, MAX_BODY
from mithaq.core.ids import BureauId

CONNECT_TIMEOUT = 5.0  # seconds
ANSWER_TIMEOUT = 60.0  # seconds without a byte; a full batch on a busy node
WHOLE_ANSWER_TIMEOUT = 120.0  # seconds; a peer that sends byte by byte must not hold a worker
STALLED_AFTER = (
    30  # seconds without a sign of life of the worker that holds a job; it gives one in 10
)
ANSWERED = 200

log = structlog.get_logger()


class HttpTransport:
    """Posts over HTTP. Follows no redirect and reads no more than an answer may hold."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def post(self, *, endpoint: str, what: str, body: bytes) -> bytes:
        """Return the answer of `<endpoint>/wire/v1/<what>` to `body`.

        Raises:
            Unreachable: no connection, no answer in time, another status, or too long an answer.
        """
        try:
            with self._client.stream(
                "POST",
                f"{endpoint}/wire/v1/{what}",
                content=body,
                headers={"Content-Type": CONTENT_TYPE},
            ) as response:
                return _read(response)
        except httpx.HTTPError as fault:
            raise courier.Unreachable(type(fault).__name__) from fault


def _read(response: httpx.Response) -> bytes:
    if response.status_code != ANSWERED:
        raise courier.Unreachable(f"status {response.status_code}")
    answer = bytearray()
    ends_at = time.monotonic() + WHOLE_ANSWER_TIMEOUT
    for part in response.iter_bytes():
        answer += part
        if len(answer) > MAX_BODY:
            raise courier.Unreachable("the answer is too long")
        if time.monotonic() > ends_at:
            raise courier.Unreachable("the answer drips")
    return bytes(answer)


@functools.cache
def transport() -> HttpTransport:
    """Return the transport of this process, with its open connections."""
    timeout = httpx.Timeout(ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT)
    return HttpTransport(httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False))


@app.task(name=wakening.DELIVER)
def deliver(next_hop: str) -> None:
    """Carry what is due to `next_hop` until nothing is, or it cannot be reached."""
    close_old_connections()
    chance = random.SystemRandom().random
    while courier.deliver(
        next_hop=BureauId(next_hop), transport=transport(), chance=chance, at=timezone.now()
    ):
        pass


@app.task(name=wakening.OPEN)
def open_arrivals() -> None:
    """Open what arrived until nothing is due."""
    close_old_connections()
    while opening.open_waiting(at=timezone.now()):
        pass


@app.periodic(cron="* * * * * */5")
@app.task(name="exchange.tick", queueing_lock="exchange.tick", lock="exchange.tick")
def tick(timestamp: int) -> None:
    """Knock for what became due, sequence the journal, mark what is overdue."""
    close_old_connections()
    at = timezone.now()
    clocks.sequence_journal(at=at)
    clocks.mark_overdue(at=at)
    clocks.raise_gaps(at=at)
    wakening.wake_couriers(queries.hops_due(at=at))
    if queries.arrivals_due(at=at):
        wakening.wake_opener()


@app.periodic(cron="* * * * * */15")
@app.task(name="exchange.rescue", queueing_lock="exchange.rescue", pass_context=False)
async def rescue(timestamp: int) -> None:
    """Put back the jobs whose worker was killed, and forget those that ended long ago.

    Where the same knock waits already, putting back is not possible and not needed: the job that
    died only has to leave its lock to the one that waits.
    """
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        try:
            await manager.retry_job(job, retry_at=await sync_to_async(timezone.now)())
        except UniqueViolation:
            await manager.finish_job(job, Status.FAILED, delete_job=True)
        log.warning("jobs.rescued", task=job.task_name)
    await manager.delete_old_jobs(nb_hours=1)
