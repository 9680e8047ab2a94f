"""Telling the workers that there is work.

The work itself stands in the exchange's own tables, durable and with its own clock; a job is only
a knock at the door. A lost knock costs the seconds until the next tick, never a message.
"""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DELIVER = "exchange.deliver"
OPEN = "exchange.open"


def wake_courier(*, next_hop: str) -> None:
    """Knock for the courier to `next_hop` once the present transaction is committed."""
    transaction.on_commit(lambda: _knock(DELIVER, door=next_hop, next_hop=next_hop))


def wake_opener() -> None:
    """Knock for the opening of what arrived, once the present transaction is committed."""
    transaction.on_commit(lambda: _knock(OPEN, door="all"))


def _knock(task: str, *, door: str, **arguments: str) -> None:
    """Queue one job of `task` unless one waits at that door already."""
    lock = f"{task}:{door}"
    job = app.configure_task(task, lock=lock, queueing_lock=lock)
    with contextlib.suppress(AlreadyEnqueued):
        job.defer(**arguments)
