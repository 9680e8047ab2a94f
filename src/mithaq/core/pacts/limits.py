"""Clauses that set a limit in time or number. Times are whole seconds on the wire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from mithaq.core.cbor import Encodable
from mithaq.core.clock import Period, to_seconds
from mithaq.core.pacts.clause import (
    Codes,
    Family,
    Sentence,
    Simple,
    checked_codes,
    checked_ref,
)
from mithaq.core.pacts.errors import MalformedPact
from mithaq.core.pacts.passage import Passage, Refuse

MAX_DAYS = 36_525  # a hundred years: longer is no limit
MAX_QUOTA = 1_000_000_000  # passages; larger is no limit
SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Simple):
    """How long the receiver may keep a record, counted in days from its sending."""

    type: ClassVar[str] = "retention"
    families: ClassVar[frozenset[Family]] = frozenset({Family.RETENTION})

    ref: str
    days: int
    span: dt.timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        if not 0 < self.days <= MAX_DAYS:
            raise MalformedPact(f"clause {self.ref}: days are not 1 to {MAX_DAYS}")
        object.__setattr__(self, "span", dt.timedelta(days=self.days))

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal when the record asks to be kept longer."""
        if passage.retain_until - passage.sent_at <= self.span:
            return None
        return Refuse(code=Family.RETENTION.value, clause=self.ref)

    def describe(self) -> Sentence:
        """Return the number of days."""
        return Sentence(key="pact.clause.retention", parameters={"days": self.days})

    def body(self) -> Mapping[str, Encodable]:
        """Return the number of days."""
        return {"days": self.days}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota(Simple):
    """How many passages one issuer may send in a sliding window of time.

    Who decides counts them and says so in `Passage.used`: passages from the same issuer to the
    same audience under this pact, of these kinds, sent in the window that ends now, this one not
    included. A quota whose count is not given refuses.
    """

    type: ClassVar[str] = "quota"
    families: ClassVar[frozenset[Family]] = frozenset({Family.QUOTA})

    ref: str
    most: int
    window: dt.timedelta
    kinds: frozenset[str] = frozenset()
    """Empty means: every kind, counted together."""

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        if self.kinds:
            checked_codes(self.ref, self.kinds)
        if not 0 < self.most <= MAX_QUOTA:
            raise MalformedPact(f"clause {self.ref}: the quota is not 1 to {MAX_QUOTA}")
        _checked_span(self.ref, self.window)

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal when the quota is used up, or nobody has counted."""
        if self.kinds and passage.kind not in self.kinds:
            return None
        used = passage.used.get(self.ref)
        if used is not None and used < self.most:
            return None
        return Refuse(code=Family.QUOTA.value, clause=self.ref)

    def describe(self) -> Sentence:
        """Return number, window in seconds and kinds."""
        kinds = Codes(list="record-kind", codes=tuple(sorted(self.kinds)))
        seconds = self.window // SECOND
        return Sentence(
            key="pact.clause.quota",
            parameters={"most": self.most, "seconds": seconds, "kinds": kinds},
        )

    def body(self) -> Mapping[str, Encodable]:
        """Return number, window in seconds and kinds, sorted."""
        return {
            "most": self.most,
            "seconds": self.window // SECOND,
            "kinds": sorted(self.kinds),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines(Simple):
    """The shortest time to answer that may be asked for, by urgency."""

    type: ClassVar[str] = "deadlines"
    families: ClassVar[frozenset[Family]] = frozenset({Family.DEADLINE})

    ref: str
    shortest: Mapping[str, dt.timedelta]

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        checked_codes(self.ref, self.shortest)
        for span in self.shortest.values():
            _checked_span(self.ref, span)
        object.__setattr__(self, "shortest", MappingProxyType(dict(self.shortest)))

    def __hash__(self) -> int:
        return hash((self.ref, frozenset(self.shortest.items())))

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal for an urgency not listed, or an answer asked for earlier."""
        if passage.urgency is None and passage.answer_by is None:
            return None
        shortest = self.shortest.get(passage.urgency or "")
        if shortest is not None and (
            passage.answer_by is None or passage.answer_by - passage.sent_at >= shortest
        ):
            return None
        return Refuse(code=Family.DEADLINE.value, clause=self.ref)

    def describe(self) -> Sentence:
        """Return, for each urgency, its seconds, both in the order of the seconds."""
        rows = sorted((span // SECOND, urgency) for urgency, span in self.shortest.items())
        return Sentence(
            key="pact.clause.deadlines",
            parameters={
                "urgencies": Codes(list="urgency", codes=tuple(urgency for _, urgency in rows)),
                "seconds": tuple(str(seconds) for seconds, _ in rows),
            },
        )

    def body(self) -> Mapping[str, Encodable]:
        """Return seconds by urgency."""
        return {
            "seconds": {urgency: span // SECOND for urgency, span in self.shortest.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity(Simple):
    """A half-open period, for a part of a pact that does not run as long as the whole."""

    type: ClassVar[str] = "validity"
    families: ClassVar[frozenset[Family]] = frozenset()

    ref: str
    period: Period

    def __post_init__(self) -> None:
        checked_ref(self.ref)
        checked_period(self.period)

    def verdict(self, passage: Passage, at: dt.datetime) -> Refuse | None:
        """Return a refusal unless both the sending and `at` lie in the period."""
        return outside(self.period, passage=passage, at=at, clause=self.ref)

    def describe(self) -> Sentence:
        """Return both bounds; None stands for an open end."""
        return Sentence(
            key="pact.clause.validity",
            parameters={"starts_at": self.period.starts_at, "ends_at": self.period.ends_at},
        )

    def body(self) -> Mapping[str, Encodable]:
        """Return both bounds in seconds."""
        return period_value(self.period)


def outside(period: Period, *, passage: Passage, at: dt.datetime, clause: str) -> Refuse | None:
    """Return a refusal unless both the sending and `at` lie in `period`.

    A record that was sent in time and arrives after the end is refused; so is one that was sealed
    before the beginning, however late it arrives.
    """
    if passage.sent_at < period.starts_at or at < period.starts_at:
        return Refuse(code="pact.not_yet", clause=clause)
    ends_at = period.ends_at
    if ends_at is not None and (passage.sent_at >= ends_at or at >= ends_at):
        return Refuse(code="pact.ended", clause=clause)
    return None


def period_value(period: Period) -> dict[str, Encodable]:
    """Return the canonical form of `period`: seconds, null for an open end."""
    ends_at = None if period.ends_at is None else to_seconds(period.ends_at)
    return {"starts_at": to_seconds(period.starts_at), "ends_at": ends_at}


def checked_period(period: Period) -> None:
    """Refuse a period that the canonical form cannot hold or that holds no instant.

    Raises:
        MalformedPact: bounds are naive, not whole seconds, before 1970, or in the wrong order.
    """
    bounds = [bound for bound in (period.starts_at, period.ends_at) if bound is not None]
    for bound in bounds:
        checked_instant(bound)
    if period.ends_at is not None and period.ends_at <= period.starts_at:
        raise MalformedPact("a period ends before it has begun")


def checked_instant(instant: dt.datetime) -> None:
    """Refuse an instant that the canonical form cannot hold.

    Raises:
        MalformedPact: it is naive, not a whole second, or before 1970.
    """
    if instant.tzinfo is None or instant.microsecond or instant.timestamp() < 0:
        raise MalformedPact("an instant is not a whole second of UTC since 1970")


def _checked_span(ref: str, span: dt.timedelta) -> None:
    if span % SECOND or not SECOND <= span <= dt.timedelta(days=MAX_DAYS):
        raise MalformedPact(f"clause {ref}: a time is not a number of seconds in range")
