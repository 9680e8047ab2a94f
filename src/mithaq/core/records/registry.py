"""Where each desk announces its kind of record, so that lower floors reach it by name only.

A desk registers from its `AppConfig.ready()`; the exchange reads and stores records through
what is registered here and imports no desk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mithaq.core.errors import MithaqError
from mithaq.core.ids import BureauId, MessageId, Urn
from mithaq.core.records.facts import RecordFacts


class UnknownKind(MithaqError):
    """No desk of this node takes in records of that kind."""

    code = "record.unknown_kind"


class KindTaken(MithaqError):
    """Another desk has registered that kind already."""

    code = "record.kind_taken"


class UrnMismatch(MithaqError):
    """The name under which a record came is not the name that it bears."""

    code = "record.urn_mismatch"


class WrongRecord(MithaqError):
    """A record was handed to a desk that keeps another kind."""

    code = "record.wrong_kind"


class Record(Protocol):
    """One version of a record of any kind."""

    def facts(self) -> RecordFacts:
        """Return what gate and pacts may ask of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A record that came in an opened envelope whose every obligation was discharged."""

    record: Record
    urn: Urn
    version: int
    issuer: BureauId
    message_id: MessageId
    pact_id: str
    purpose: str
    retain_until: dt.datetime


class ReceiveMany(Protocol):
    """How a desk stores arrivals, inside the transaction of its caller."""

    def __call__(
        self, *, arrivals: Sequence[Arrival], at: dt.datetime
    ) -> Sequence[MithaqError | None]:
        """Store `arrivals` and return, in their order, None or why one was refused.

        A record that is already held in that version or a newer one counts as stored.
        """
        ...


class Sent(Protocol):
    """How a desk learns that records of its own were sealed and queued."""

    def __call__(self, *, urns: Sequence[Urn], at: dt.datetime) -> None:
        """Note that the records `urns` left, inside the transaction of the caller."""
        ...


def _unnoted(*, urns: Sequence[Urn], at: dt.datetime) -> None:
    """Note nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of record: its code (list record-kind), its reader, and the desk that stores it.

    `read` turns the body of a release into a record; it raises a `MithaqError` on anything that
    is not one. `sent` is told of what left, also of what a second officer released.
    """

    code: str
    desk: str
    read: Callable[[bytes], Record]
    receive_many: ReceiveMany
    sent: Sent = _unnoted

    def facts(self, record: Record) -> RecordFacts:
        """Return the facts of `record`."""
        return record.facts()


class Registry:
    """The kinds that the desks of one process have announced."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def register(self, kind: Kind) -> None:
        """Announce `kind`; announcing the same one again changes nothing.

        Raises:
            KindTaken: its code belongs to another.
        """
        if self._kinds.setdefault(kind.code, kind) != kind:
            raise KindTaken(kind.code)

    def kind(self, code: str) -> Kind:
        """Return the kind of that code.

        Raises:
            UnknownKind: nobody registered it.
        """
        try:
            return self._kinds[code]
        except KeyError as fault:
            raise UnknownKind(code) from fault


_KINDS = Registry()
register = _KINDS.register
kind = _KINDS.kind
