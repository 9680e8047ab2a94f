"""A process inside a node that no test kills: it submits messages, or tells what the node holds.

Run as `python -m tests.federation.bystander send <pact> <count>` or `… tell`, with MITHAQ_NODE.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from mithaq.cli import context

Answer = TypeVar("Answer")

AT_ONCE = 5  # messages in one submission
PAUSE = 0.35  # seconds between two
PATIENCE = 60.0  # seconds for a database that was killed to come back


def send(pact: str, count: int) -> None:
    """Submit `count` methods, each exactly once, whatever happens to the database meanwhile."""
    from django.utils import timezone

    from mithaq.apps.exchange.actions import submission
    from mithaq.apps.exchange.models import Outbound
    from mithaq.apps.people import queries as people
    from mithaq.core.ids import Urn
    from tests.factories.federation_methods import method_to

    def submit() -> None:
        officer = people.officer_named("salma")
        assert officer is not None
        at = timezone.now()
        wanted = [method_to(number, pact=Urn(pact), at=at) for number in numbers]
        held = Outbound.objects.filter(subject__in=[one.urn for one in wanted])
        held_names = set(held.values_list("subject", flat=True))
        releases = [one for one in wanted if one.urn not in held_names]
        outcomes = submission.submit(releases=releases, by=officer, at=at)
        assert all(isinstance(outcome, submission.Accepted) for outcome in outcomes), outcomes

    for first in range(1, count + 1, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count + 1))
        patiently(submit)
        time.sleep(PAUSE)


def tell() -> None:
    """Print what the node holds, as JSON."""
    from mithaq.apps.exchange.models import Gap, Inbound, Outbound
    from mithaq.apps.journal.models import Event
    from mithaq.apps.methods.models import Method

    def count() -> dict[str, object]:
        alarms = Event.objects.filter(kind="sequence-alarm")
        return {
            "sent": Counter(Outbound.objects.values_list("state", flat=True)),
            "arrived": Counter(Inbound.objects.values_list("state", flat=True)),
            "records": sorted(Inbound.objects.values_list("subject", flat=True)),
            "methods": sorted(Method.objects.exclude(pact="").values_list("urn", flat=True)),
            "gaps": Gap.objects.count(),
            "alarms": list(alarms.values_list("subject", flat=True)),
        }

    sys.stdout.write(json.dumps(patiently(count)))


def patiently(work: Callable[[], Answer]) -> Answer:
    """Return what `work` answers, doing it again while the database does not answer."""
    from django.db import InterfaceError, OperationalError, connection

    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    context.set_up_django(pathlib.Path(os.environ["MITHAQ_NODE"]))
    if sys.argv[1] == "send":
        send(sys.argv[2], int(sys.argv[3]))
    else:
        tell()
