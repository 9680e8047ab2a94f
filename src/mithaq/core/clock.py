"""Time, as the core sees it: always passed in, never asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z, the last that has a date
CLOCK_SKEW = dt.timedelta(minutes=5)  # so much may the clocks of two bureaus differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open span of time: `starts_at` is inside, `ends_at` is not.

    Both bounds are timezone-aware. `ends_at` is `None` while the period is open.
    """

    starts_at: dt.datetime
    ends_at: dt.datetime | None = None

    def contains(self, instant: dt.datetime) -> bool:
        """Return whether `instant` falls inside the period."""
        if instant < self.starts_at:
            return False
        return self.ends_at is None or instant < self.ends_at


def to_seconds(instant: dt.datetime) -> int:
    """Return whole seconds since 1970-01-01 UTC, the form of every instant on the wire."""
    return int(instant.timestamp())


def from_seconds(seconds: int) -> dt.datetime:
    """Return the aware UTC instant of `seconds` since 1970-01-01 UTC.

    Raises:
        ValueError: no calendar date has that number.
    """
    try:
        return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
    except (OverflowError, OSError) as fault:
        raise ValueError(seconds) from fault
