"""Notices: how a party suspends a pact, resumes it, or ends it before its time.

A notice is about one version of a pact with one text: a new version, which every party has signed
anew, starts without the notices of the old one.

Rules:
- Each party numbers its notices on one pact from 1 upwards. At any instant the one with the
  highest number among those in effect is the party's word; older ones that arrive late, or
  again, change nothing.
- A pact is suspended while the word of any party is to suspend. Only that party can resume it.
- One notice to end, by any party, ends the pact for good.
- Notices do not reach back: none takes effect before it is issued.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from mithaq.core import cbor
from mithaq.core.clock import to_seconds
from mithaq.core.ids import BureauId, Digest, Urn
from mithaq.core.pacts.errors import BadNotice, MalformedPact
from mithaq.core.pacts.form import instant_of
from mithaq.core.pacts.limits import checked_instant
from mithaq.core.pacts.ways import checked_bureaus

FORMAT = "mithaq/pact-notice/1"
MAX_SIZE = 1 << 14  # bytes
MAX_NUMBER = 1 << 31  # fits a database integer
MAX_REASON = 500  # code points
_HASH_SIZE = 32  # bytes


class Act(Enum):
    """What a notice does."""

    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"


class Standing(Enum):
    """Where a pact stands at an instant, its period of validity aside."""

    STANDING = "standing"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Notice:
    """What a party says about a pact, signed or not."""

    pact: Urn
    version: int
    pact_hash: Digest
    party: BureauId
    number: int
    act: Act
    issued_at: dt.datetime
    effective_at: dt.datetime
    reason: Mapping[str, str] = field(default_factory=dict)
    """Text by language code, for people; may be empty. It holds no personal data."""

    data: bytes = field(init=False, repr=False)
    """The canonical form."""

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "reason", MappingProxyType(dict(self.reason)))
        object.__setattr__(self, "data", _written(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Notice) and self.data == other.data

    def __hash__(self) -> int:
        return hash(self.data)


def read(data: bytes) -> Notice:
    """Return the notice that `data`, its canonical form, holds. Nothing is verified.

    Raises:
        MalformedPact: it is not the canonical form of a notice, or has a field not known here.
    """
    try:
        fields = cbor.Fields(cbor.decode(data, max_size=MAX_SIZE), fault=MalformedPact)
    except cbor.Malformed as fault:
        raise MalformedPact(fault.detail) from fault
    if fields.text("format") != FORMAT:
        raise MalformedPact("not a notice of this format")
    notice = Notice(
        pact=Urn(fields.text("pact")),
        version=fields.integer("version", most=MAX_NUMBER),
        pact_hash=Digest(fields.octets("hash", size=_HASH_SIZE)),
        party=BureauId(fields.text("party")),
        number=fields.integer("number", most=MAX_NUMBER),
        act=_act(fields.text("act")),
        issued_at=instant_of(fields.take("issued_at")),
        effective_at=instant_of(fields.take("effective_at")),
        reason=_reason(fields.fields("reason")),
    )
    fields.close()
    return notice


def standing(notices: Iterable[Notice], *, at: dt.datetime) -> Standing:
    """Return where the pact stands at `at` by the word of its parties.

    The notices are of one version of one pact; their order does not matter.
    """
    words: dict[BureauId, Notice] = {}
    for notice in notices:
        if notice.effective_at > at:
            continue
        if notice.act is Act.END:
            return Standing.ENDED
        word = words.get(notice.party)
        if word is None or notice.number > word.number:
            words[notice.party] = notice
    if any(word.act is Act.SUSPEND for word in words.values()):
        return Standing.SUSPENDED
    return Standing.STANDING


def check_consistent(notices: Iterable[Notice]) -> None:
    """Refuse notices of which two bear the same number of the same party.

    Raises:
        BadNotice: a party has said two things under one number.
    """
    seen: dict[tuple[BureauId, int], Notice] = {}
    for notice in notices:
        if seen.setdefault((notice.party, notice.number), notice) != notice:
            raise BadNotice(f"{notice.party} has issued two notices with number {notice.number}")


def _check(notice: Notice) -> None:
    checked_bureaus("notice", (notice.party,))
    checked_instant(notice.issued_at)
    checked_instant(notice.effective_at)
    if notice.effective_at < notice.issued_at:
        raise MalformedPact("a notice takes effect before it is issued")
    if not (1 <= notice.number <= MAX_NUMBER and 1 <= notice.version <= MAX_NUMBER):
        raise MalformedPact("a number of the notice is out of range")
    if len(notice.pact_hash) != _HASH_SIZE:
        raise MalformedPact("the hash of the pact is not a SHA-256 digest")
    if not all(0 < len(text) <= MAX_REASON for text in notice.reason.values()):
        raise MalformedPact(f"a reason is empty or over {MAX_REASON} long")


def _written(notice: Notice) -> bytes:
    value: dict[str, cbor.Encodable] = {
        "format": FORMAT,
        "pact": notice.pact,
        "version": notice.version,
        "hash": notice.pact_hash,
        "party": notice.party,
        "number": notice.number,
        "act": notice.act.value,
        "issued_at": to_seconds(notice.issued_at),
        "effective_at": to_seconds(notice.effective_at),
        "reason": dict(notice.reason),
    }
    return cbor.encode(value)


def _act(code: str) -> Act:
    try:
        return Act(code)
    except ValueError as fault:
        raise MalformedPact("a notice does what is not known here") from fault


def _reason(fields: cbor.Fields) -> dict[str, str]:
    names = [name for name in fields.rest() if isinstance(name, str)]
    reason = {name: fields.text(name) for name in names}
    fields.close()
    return reason
