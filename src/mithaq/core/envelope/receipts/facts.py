"""The facts of a receipt, as they enter the Merkle tree of a batch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

from mithaq.core import cbor
from mithaq.core.clock import LAST_SECOND, from_seconds, to_seconds
from mithaq.core.envelope.limits import DIGEST_SIZE, MAX_CODE
from mithaq.core.envelope.receipts.errors import BadReceipt, WrongReporter
from mithaq.core.ids import (
    MESSAGE_ID_SIZE,
    BadIdentifier,
    BureauId,
    Digest,
    MessageId,
    bureau,
)
from mithaq.core.workflow.evidence import EvidenceState

_MOST = (1 << 63) - 1  # entries of a journal

_BY_AUDIENCE = {EvidenceState.RECEIVED, EvidenceState.OPENED, EvidenceState.REFUSED}
_BY_ISSUER = {EvidenceState.ACCEPTED, EvidenceState.EXPIRED, EvidenceState.FAILED}


class _Field(IntEnum):
    DIGEST = 1
    MESSAGE_ID = 2
    ISSUER = 3
    AUDIENCE = 4
    REPORTER = 5
    STATE = 6
    GROUND = 7
    AT = 8
    JOURNAL_POSITION = 9
    JOURNAL_SIZE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """What `reporter` states: the envelope of that digest is in `state` since `at`.

    `ground` is the code of a refusal. The statement is at `journal_position` of the reporter's
    journal, which then had `journal_size` entries. `at` is of whole seconds.
    """

    envelope_digest: Digest
    message_id: MessageId
    issuer: BureauId
    audience: BureauId
    reporter: BureauId
    state: EvidenceState
    at: dt.datetime
    journal_position: int
    journal_size: int
    ground: str | None = None

    def to_bytes(self) -> bytes:
        """Return the facts as they enter the tree."""
        fields: dict[int, cbor.Encodable] = {
            _Field.DIGEST: self.envelope_digest,
            _Field.MESSAGE_ID: self.message_id,
            _Field.ISSUER: self.issuer,
            _Field.AUDIENCE: self.audience,
            _Field.REPORTER: self.reporter,
            _Field.STATE: self.state,
            _Field.AT: to_seconds(self.at),
            _Field.JOURNAL_POSITION: self.journal_position,
            _Field.JOURNAL_SIZE: self.journal_size,
        }
        if self.ground is not None:
            fields[_Field.GROUND] = self.ground
        return cbor.encode(fields)


def read_leaf(leaf: bytes) -> ReceiptFacts:
    """Return the facts of a leaf; fields of later versions are passed over.

    Raises:
        BadReceipt: they cannot be read.
    """
    fields = _fields(leaf)
    try:
        return ReceiptFacts(
            envelope_digest=Digest(fields.octets(_Field.DIGEST, size=DIGEST_SIZE)),
            message_id=MessageId(fields.octets(_Field.MESSAGE_ID, size=MESSAGE_ID_SIZE)),
            issuer=bureau(fields.text(_Field.ISSUER)),
            audience=bureau(fields.text(_Field.AUDIENCE)),
            reporter=bureau(fields.text(_Field.REPORTER)),
            state=EvidenceState(fields.text(_Field.STATE)),
            at=from_seconds(fields.integer(_Field.AT, most=LAST_SECOND)),
            journal_position=fields.integer(_Field.JOURNAL_POSITION, most=_MOST),
            journal_size=fields.integer(_Field.JOURNAL_SIZE, most=_MOST),
            ground=_ground(fields),
        )
    except (BadIdentifier, ValueError) as fault:
        raise BadReceipt("a bureau or a state is none") from fault


def _ground(fields: cbor.Fields) -> str | None:
    if not fields.has(_Field.GROUND):
        return None
    return fields.text(_Field.GROUND, longest=MAX_CODE)


def _fields(leaf: bytes) -> cbor.Fields:
    try:
        return cbor.Fields(cbor.decode(leaf), fault=BadReceipt)
    except cbor.Malformed as fault:
        raise BadReceipt(fault.detail) from fault


def check_statement(facts: ReceiptFacts) -> None:
    """Return if the reporter can know what it states, and the statement is whole.

    Raises:
        BadReceipt: it is not whole, or contradicts itself.
        WrongReporter: another bureau would have to state it.
    """
    if (facts.ground is not None) != (facts.state is EvidenceState.REFUSED):
        raise BadReceipt("a refusal, and nothing else, has a ground")
    if facts.journal_position >= facts.journal_size:
        raise BadReceipt("the statement lies outside the journal")
    if facts.issuer == facts.audience:
        raise BadReceipt("issuer and audience are the same")
    if not _can_state(facts):
        raise WrongReporter


def _can_state(facts: ReceiptFacts) -> bool:
    if facts.state in _BY_AUDIENCE:
        return facts.reporter == facts.audience
    if facts.state in _BY_ISSUER:
        return facts.reporter == facts.issuer
    return facts.reporter not in (facts.issuer, facts.audience)
