"""The messages of `/wire/v1`: batches of envelopes and receipts, and the answers to them.

All are deterministic CBOR (docs/protocol/wire.md). What a newer node adds is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mithaq.core import cbor
from mithaq.core.errors import MithaqError

CONTENT_TYPE = "application/cbor"
MAX_ITEMS = 64  # envelopes or receipts in one request
MAX_BODY = 8 << 20  # bytes; eight of the largest envelopes, or 64 of the usual
MARGIN = 1 << 10  # bytes of a request that are not items
MAX_GAPS = 256  # places of a sequence that one answer asks for again
MAX_ELEMENTS = 1 << 12  # of a request or an answer; the fullest has a sixth of that


class BadBatch(MithaqError):
    """A request or an answer on the wire is not of the agreed form."""

    code = "wire.malformed"


class TooLarge(MithaqError):
    """A request is longer than a batch may be."""

    code = "wire.too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one item: the receipts it earned, or the code of its fault.

    Exactly one of the two says something; an answer without either means "taken, nothing to
    add".
    """

    receipts: tuple[bytes, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to a batch, in its order, and the places of the sequence still missing."""

    items: tuple[Answer, ...]
    gaps: tuple[int, ...] = ()


def write_batch(items: Sequence[bytes]) -> bytes:
    """Return the request that carries `items`, envelopes or receipts."""
    return cbor.encode({"items": list(items)})


def read_batch(data: bytes) -> list[bytes]:
    """Return the items of a request.

    Raises:
        BadBatch: not deterministic CBOR, too many items, or an item that is no byte string.
    """
    items = _fields(data).array("items", longest=MAX_ITEMS)
    found = [item for item in items if isinstance(item, bytes)]
    if len(found) != len(items):
        raise BadBatch("an item is not a byte string")
    return found


def write_answers(answers: Answers) -> bytes:
    """Return the body of the response that carries `answers`."""
    items = [
        {"receipts": list(answer.receipts)} if answer.fault == "" else {"fault": answer.fault}
        for answer in answers.items
    ]
    return cbor.encode({"answers": items, "gaps": list(answers.gaps[:MAX_GAPS])})


def read_answers(data: bytes, *, expected: int) -> Answers:
    """Return the answers to a batch of `expected` items.

    Raises:
        BadBatch: not deterministic CBOR, another number of answers, or one of another form.
    """
    fields = _fields(data)
    answers = fields.array("answers", longest=MAX_ITEMS)
    if len(answers) != expected:
        raise BadBatch("the number of answers differs from the number of items")
    gaps = fields.array("gaps", longest=MAX_GAPS)
    return Answers(
        items=tuple(_answer(answer) for answer in answers),
        gaps=tuple(gap for gap in gaps if isinstance(gap, int)),
    )


def _answer(value: cbor.Value) -> Answer:
    fields = cbor.Fields(value, fault=BadBatch)
    if fields.has("fault"):
        return Answer(fault=fields.text("fault", longest=80))
    receipts = fields.array("receipts", longest=4)
    return Answer(receipts=tuple(one for one in receipts if isinstance(one, bytes)))


def _fields(data: bytes) -> cbor.Fields:
    try:
        value = cbor.decode(data, max_size=MAX_BODY, max_items=MAX_ELEMENTS)
    except cbor.Malformed as fault:
        raise BadBatch(fault.detail) from fault
    return cbor.Fields(value, fault=BadBatch)
