"""Telling the workers that there is work.

The work itself stands in the exchange's own tables, durable and with its own clock; a job is only
a knock at the door. A lost knock costs the seconds until the next tick, never a message.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DELIVER = "exchange.deliver"
OPEN = "exchange.open"


def wake_couriers(next_hops: Iterable[str]) -> None:
    """Knock once for the courier to each of `next_hops`, when the transaction is committed."""
    for next_hop in sorted(set(next_hops)):
        knock = partial(_knock, DELIVER, door=next_hop, next_hop=next_hop)
        transaction.on_commit(knock)


def wake_opener() -> None:
    """Knock for the opening of what arrived, once the present transaction is committed."""
    transaction.on_commit(lambda: _knock(OPEN, door="all"))


def _knock(task: str, *, door: str, **arguments: str) -> None:
    """Queue one job of `task` unless one waits at that door already."""
    lock = f"{task}:{door}"
    job = app.configure_task(task, lock=lock, queueing_lock=lock)
    with contextlib.suppress(AlreadyEnqueued):
        job.defer(**arguments)
