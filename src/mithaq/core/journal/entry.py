"""Entries of the journal, and the salted commitments that stand for them in the tree.

A leaf never holds what happened, only

    HMAC-SHA256(salt, deterministic CBOR of ["mithaq/journal-entry/v1", id, kind, actor, subject,
                                             purpose, pact, peer, microseconds])

so that an entry can be erased with its salt while the tree stays whole. The salt has exactly
32 bytes: HMAC pads shorter keys and hashes longer ones, so a free length would let two salts
stand for one.

Source: docs/protocol/journal.md; RFC 2104.
"""

from __future__ import annotations

import datetime as dt
import hmac
import uuid
from dataclasses import dataclass

from mithaq.core import cbor
from mithaq.core.journal.errors import BadEntry

LABEL = "mithaq/journal-entry/v1"
SALT_SIZE = 32  # bytes
MAX_TEXT = 256  # code points of one field
MAX_OPENED_SIZE = 8 * 1024  # bytes of an opened entry
_LENGTH = 10  # the label, eight fields, the salt
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event: who did what to which thing, why, under which pact, with whom, when.

    Every text is an opaque identifier or a code, never a name of a person; `purpose`, `pact` and
    `peer` are empty where they do not apply. `at` is aware, to the microsecond.
    """

    id: uuid.UUID
    kind: str
    actor: str
    subject: str
    at: dt.datetime
    salt: bytes
    purpose: str = ""
    pact: str = ""
    peer: str = ""


def commitment(entry: Entry) -> bytes:
    """Return the 32 bytes that stand for `entry` in the tree, as the data of its leaf.

    Raises:
        BadEntry: the salt has not 32 bytes.
    """
    if len(entry.salt) != SALT_SIZE:
        raise BadEntry("a salt has 32 bytes")
    return hmac.digest(entry.salt, cbor.encode(_fields(entry)), "sha256")


def _fields(entry: Entry) -> list[str | bytes | int]:
    return [
        LABEL,
        entry.id.bytes,
        entry.kind,
        entry.actor,
        entry.subject,
        entry.purpose,
        entry.pact,
        entry.peer,
        (entry.at - _EPOCH) // _MICROSECOND,
    ]


def to_bytes(entry: Entry) -> bytes:
    """Return the opened entry, its salt included, as deterministic CBOR: for a proof.

    Raises:
        BadEntry: the salt has not 32 bytes.
    """
    if len(entry.salt) != SALT_SIZE:
        raise BadEntry("a salt has 32 bytes")
    return cbor.encode([*_fields(entry), entry.salt])


def from_bytes(data: bytes) -> Entry:
    """Return the opened entry that `to_bytes` wrote.

    Raises:
        BadEntry: the bytes are not exactly that form.
    """
    try:
        value = cbor.decode(data, max_size=MAX_OPENED_SIZE)
    except cbor.Malformed as fault:
        raise BadEntry("not deterministic CBOR") from fault
    if not isinstance(value, list) or len(value) != _LENGTH or value[0] != LABEL:
        raise BadEntry("not an opened entry")
    fields = cbor.Fields(dict(enumerate(value)), fault=BadEntry)
    return Entry(
        id=uuid.UUID(bytes=fields.octets(1, size=16)),
        kind=fields.text(2, longest=MAX_TEXT),
        actor=fields.text(3, longest=MAX_TEXT),
        subject=fields.text(4, longest=MAX_TEXT),
        purpose=fields.text(5, longest=MAX_TEXT),
        pact=fields.text(6, longest=MAX_TEXT),
        peer=fields.text(7, longest=MAX_TEXT),
        at=_instant(fields.integer(8)),
        salt=fields.octets(9, size=SALT_SIZE),
    )


def _instant(microseconds: int) -> dt.datetime:
    try:
        return _EPOCH + dt.timedelta(microseconds=microseconds)
    except OverflowError as fault:
        raise BadEntry("no calendar date has that number") from fault
