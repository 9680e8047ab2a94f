"""Identifiers: bureaus, messages, pacts, records, keys.

A bureau is named by an ISO 3166-1 code (user-assigned XA to XZ for fictional ones) or by the
registered code of an organisation. A thing of a bureau is named by a URN,
`urn:mithaq:<bureau>:<kind>:<uuid>`; its UUID is of version 7 (RFC 9562) where we make it.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import NewType

from mithaq.core.errors import MithaqError

BureauId = NewType("BureauId", str)
MessageId = NewType("MessageId", bytes)  # 16 random bytes
KeyId = NewType("KeyId", bytes)  # SHA-256 thumbprint, 32 bytes
Digest = NewType("Digest", bytes)  # SHA-256, 32 bytes
Urn = NewType("Urn", str)

MESSAGE_ID_SIZE = 16  # bytes
_BUREAU = re.compile(r"[A-Z]{2}|[A-Z][A-Z0-9]{2,14}", re.ASCII)
_URN = re.compile(r"urn:mithaq:([A-Z][A-Z0-9]{1,14}):([a-z][a-z-]{1,31}):([0-9a-f-]{36})", re.ASCII)


class BadIdentifier(MithaqError):
    """An identifier is not of the form that its kind asks for."""

    code = "id.malformed"


def bureau(text: str) -> BureauId:
    """Return `text` as the code of a bureau.

    Raises:
        BadIdentifier: it is not two capital letters nor a registered organisation's form.
    """
    if _BUREAU.fullmatch(text) is None:
        raise BadIdentifier("not the code of a bureau")
    return BureauId(text)


def urn(text: str) -> Urn:
    """Return `text` as a URN of ours.

    Raises:
        BadIdentifier: it is not `urn:mithaq:<bureau>:<kind>:<uuid>` in canonical form.
    """
    match = _URN.fullmatch(text)
    if match is None:
        raise BadIdentifier("not a URN of the form urn:mithaq:<bureau>:<kind>:<uuid>")
    try:
        canonical = str(uuid.UUID(match[3])) == match[3]
    except ValueError as fault:
        raise BadIdentifier("the last part of the URN is not a UUID") from fault
    if not canonical:
        raise BadIdentifier("the UUID of the URN is not in canonical form")
    return Urn(text)


def make_urn(*, bureau: BureauId, kind: str, key: uuid.UUID) -> Urn:
    """Return the URN of the thing `key` of `kind` at `bureau`."""
    return urn(f"urn:mithaq:{bureau}:{kind}:{key}")


def parts(name: Urn) -> tuple[BureauId, str, uuid.UUID]:
    """Return bureau, kind and UUID of `name`."""
    _, _, owner, kind, key = name.split(":")
    return BureauId(owner), kind, uuid.UUID(key)


def uuid7(*, at: dt.datetime, entropy: bytes) -> uuid.UUID:
    """Return a version 7 UUID of the instant `at`, ordered by milliseconds.

    `entropy` is ten random bytes. Source: RFC 9562, section 5.7.
    """
    milliseconds = int(at.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(entropy[:10], "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value)
