"""When to send again, when to give up: the time-outs of the exchange.

Source: docs/protocol/receipts.md; the waits are full jitter, so that many nodes that lost the
same peer do not come back in step.
"""

from __future__ import annotations

import datetime as dt

LIFETIME = dt.timedelta(days=7)  # an envelope that nobody took by then is void
RECEIPT_GRACE = dt.timedelta(days=7)  # a receipt is carried that much longer than its envelope
DELIVERY_TIMEOUT = dt.timedelta(hours=24)  # not received by then: people are told
RELAY_TIMEOUT = dt.timedelta(hours=12)  # not passed on by then: people are told
LEASE = dt.timedelta(seconds=60)  # work claimed by a process that died is free again after this
FIRST_WAIT = dt.timedelta(seconds=1)
LONGEST_WAIT = dt.timedelta(minutes=15)
OPENING_WAIT = dt.timedelta(seconds=30)  # received but not settled: ask again after this
LONGEST_DOUBLING = 20  # beyond this the longest wait holds anyway


def next_attempt(*, attempts: int, chance: float, at: dt.datetime) -> dt.datetime:
    """Return when to try again after `attempts` failures; `chance` is in [0, 1).

    The wait is a random part of a bound that doubles with each failure up to `LONGEST_WAIT`.
    """
    doubled: int = 1 << min(attempts, LONGEST_DOUBLING)
    return at + min(LONGEST_WAIT, FIRST_WAIT * doubled) * chance
