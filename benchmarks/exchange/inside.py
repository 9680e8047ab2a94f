"""What the benchmark does inside a node: functions for `mithaq.cli.demo.shell.Shell.call`."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence

from django.db import connection
from django.utils import timezone

from mithaq.apps.exchange.actions import submission
from mithaq.apps.exchange.actions.release import ReleaseRequest
from mithaq.apps.exchange.models import Outbound
from mithaq.apps.methods.actions import importing, sharing
from mithaq.apps.methods.models import Method
from mithaq.apps.people import queries as people
from mithaq.apps.people.models import Officer
from mithaq.core import ids
from mithaq.core.formats import stix

OFFICER = "salma"
WINDOW = 512  # messages under way: enough that no process of the two nodes waits for work
PAUSE = 0.01  # seconds
OVERHEAD = 760  # bytes of a method besides its description, measured at the first message
WORDS = [
    "the",
    "caller",
    "presents",
    "a",
    "forged",
    "notice",
    "and",
    "asks",
    "for",
    "a",
    "code",
    "which",
    "is",
    "then",
    "used",
    "to",
    "register",
    "a",
    "device",
    "and",
    "to",
    "move",
    "the",
    "balance",
    "through",
    "several",
    "accounts",
    "before",
    "the",
    "holder",
    "can",
    "react",
]
_LATENCIES = """
    SELECT extract(epoch FROM max(event.at) - min(message.accepted_at))
    FROM exchange_outbound AS message
    JOIN journal_event AS event
      ON event.kind = 'receipt-received' AND event.subject = message.message_id || '/opened'
    WHERE message.accepted_at >= %s AND message.audience = 'XB'
    GROUP BY message.message_id
"""


def make_methods(*, count: int, size: int, tag: str) -> int:
    """Import `count` fictional methods whose sealed body has about `size` bytes."""
    chance = random.Random(tag)  # noqa: S311 - text for a benchmark
    bundle = {
        "type": "bundle",
        "id": f"bundle--{uuid.uuid4()}",
        "objects": [_pattern(size - OVERHEAD, chance) for _ in range(count)],
    }
    found = importing.import_bundle(
        data=json.dumps(bundle).encode(), by=_officer(), at=timezone.now()
    )
    return len(found.new)


def body_size() -> int:
    """Return the mean size in bytes of what the benchmark seals, over some messages."""
    rows = Method.objects.filter(title__startswith="Benchmark ")[:20]
    sizes = [len(_release(row, pact="urn:mithaq:XA:pact:" + "0" * 36).body) for row in rows]
    return sum(sizes) // len(sizes)


def submit(*, count: int, batch: int, rate: float, pact: str) -> Mapping[str, float]:
    """Submit `count` methods, `batch` at a time.

    `rate` is in messages a second; 0 means as fast as can be with at most `WINDOW` under way.
    """
    rows = list(
        Method.objects.filter(title__startswith="Benchmark ", state="ready")
        .defer("search")
        .order_by("id")[:count]
    )
    officer = _officer()
    started_at, began = timezone.now(), time.perf_counter()
    for place, chunk in enumerate(_chunks(rows, batch)):
        if rate > 0:
            time.sleep(max(0.0, began + place * batch / rate - time.perf_counter()))
        while rate == 0 and _under_way() > WINDOW - batch:
            time.sleep(PAUSE)
        at = timezone.now()
        outcomes = submission.submit(
            releases=[_release(row, pact=pact) for row in chunk], by=officer, at=at
        )
        accepted = [out for out in outcomes if isinstance(out, submission.Accepted)]
        if len(accepted) != len(chunk):
            raise AssertionError(outcomes)
    return {"started_at": started_at.timestamp(), "seconds": time.perf_counter() - began}


def _under_way() -> int:
    """Return how many messages have left and are not settled yet."""
    return Outbound.objects.filter(next_attempt_at__isnull=False).count()


def latencies(*, since: float) -> Sequence[float]:
    """Return, for each message accepted since then and opened, the seconds until its receipt."""
    with connection.cursor() as cursor:
        cursor.execute(_LATENCIES, [dt.datetime.fromtimestamp(since, tz=dt.UTC)])
        return [float(seconds) for (seconds,) in cursor]


def opened(*, since: float) -> Mapping[str, float]:
    """Return how many messages accepted since then are told opened, and when the last was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(extract(epoch FROM max(event.at)), 0)"
            " FROM exchange_outbound AS message JOIN journal_event AS event"
            " ON event.kind = 'receipt-received'"
            " AND event.subject = message.message_id || '/opened'"
            " WHERE message.accepted_at >= %s AND message.state = 'opened'",
            [dt.datetime.fromtimestamp(since, tz=dt.UTC)],
        )
        count, last = cursor.fetchone()
    return {"count": float(count), "last": float(last)}


def durable() -> Mapping[str, str]:
    """Return how the database commits."""
    names = ("fsync", "synchronous_commit", "full_page_writes")
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT current_setting(%s)", [name])
            found[name] = cursor.fetchone()[0]
    return found


def _pattern(size: int, chance: random.Random) -> Mapping[str, object]:
    text = " ".join(itertools.islice(_words(chance), size // 6 + 20))[:size]
    stamp = "2026-11-01T00:00:00.000Z"
    return {
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": f"attack-pattern--{uuid.uuid4()}",
        "created": stamp,
        "modified": stamp,
        "name": f"Benchmark {chance.randrange(10**12)}",
        "description": text,
        "kill_chain_phases": [{"kill_chain_name": "mitre-f3", "phase_name": "execution"}],
        "extensions": EXTENSIONS,
    }


def _words(chance: random.Random) -> Iterator[str]:
    while True:
        yield chance.choice(WORDS)


def _release(row: Method, *, pact: str) -> ReleaseRequest:
    reasons = sharing.Reasons(
        purpose="share-method",
        necessity="Measured: the same method was used in both countries within a week.",
        case_reference="XA-2026-0001",
    )
    return sharing.release(row, audience=ids.bureau("XB"), pact_id=ids.Urn(pact), reasons=reasons)


def _officer() -> Officer:
    found = people.officer_named(OFFICER)
    if found is None:
        raise LookupError(OFFICER)
    return found


def _chunks(rows: Sequence[Method], size: int) -> list[Sequence[Method]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


EXTENSIONS: Mapping[str, object] = {
    stix.EXTENSION_ID: {
        "extension_type": "property-extension",
        "offences": ["online-scam"],
        "stages": ["execution"],
        "source_grade": "b",
        "information_grade": "2",
        "handling": "h0",
    }
}
