"""Counting what was turned away at the door, before anything of it was stored.

Anybody may post, so each item that is turned away must not cost a row: one counts for a day and a
ground.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction

_COUNT = """
    INSERT INTO exchange_turnedaway (day, ground, times) VALUES (%s, %s, %s)
    ON CONFLICT (day, ground)
    DO UPDATE SET times = exchange_turnedaway.times + excluded.times
"""


@transaction.atomic
def count(*, grounds: Iterable[str], at: dt.datetime) -> None:
    """Count one more of each of `grounds`, codes of the list error-code."""
    found = sorted(Counter(grounds).items())  # rows are locked in one order
    if len(found) > 0:
        with connection.cursor() as cursor:
            cursor.executemany(_COUNT, [(at.date(), ground, times) for ground, times in found])
