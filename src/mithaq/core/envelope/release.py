"""The release: the content that an authority signs when a record leaves it.

A deterministic CBOR map. Fields that this version does not know are kept and written back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Self

from mithaq.core import cbor
from mithaq.core.clock import LAST_SECOND, from_seconds, to_seconds
from mithaq.core.envelope.errors import BadRelease
from mithaq.core.envelope.limits import MAX_ATTACHMENTS, MAX_CODE, MAX_CONTENT_TYPE
from mithaq.core.ids import BadIdentifier, Urn, urn

MAX_WORDS = 4000  # code points of a necessity
MAX_NAME = 255  # code points of a pseudonym, a case reference or a file's name


class _Field(IntEnum):
    RECORD = 1
    VERSION = 2
    KIND = 3
    RELEASED_BY = 4
    APPROVED_BY = 5
    NECESSITY = 6
    CASE_REFERENCE = 7
    RETAIN_UNTIL = 8
    LANGUAGE = 9
    BODY = 10
    ATTACHMENTS = 11
    URGENCY = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAttachment:
    """How people call the attachment at the same place of the manifest."""

    name: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A record as it leaves, who let it leave, and why it had to.

    `released_by` and `approved_by` are pseudonyms that only the issuer can resolve. `body` is
    the record in the canonical form of its kind. `urgency` is absent where no answer is asked.
    """

    record: Urn
    version: int
    kind: str
    released_by: str
    necessity: str
    case_reference: str
    retain_until: dt.datetime
    language: str
    body: bytes
    approved_by: str | None = None
    urgency: str | None = None
    attachments: tuple[NamedAttachment, ...] = ()
    unknown: Mapping[cbor.Key, cbor.Value] = field(
        default_factory=lambda: MappingProxyType({}), repr=False
    )

    def to_bytes(self) -> bytes:
        """Return the release as the authority signs it."""
        fields: dict[cbor.Key, cbor.Encodable] = {
            **self.unknown,
            _Field.RECORD: self.record,
            _Field.VERSION: self.version,
            _Field.KIND: self.kind,
            _Field.RELEASED_BY: self.released_by,
            _Field.NECESSITY: self.necessity,
            _Field.CASE_REFERENCE: self.case_reference,
            _Field.RETAIN_UNTIL: to_seconds(self.retain_until),
            _Field.LANGUAGE: self.language,
            _Field.BODY: self.body,
        }
        if self.approved_by is not None:
            fields[_Field.APPROVED_BY] = self.approved_by
        if self.urgency is not None:
            fields[_Field.URGENCY] = self.urgency
        if self.attachments:
            fields[_Field.ATTACHMENTS] = [
                [attachment.name, attachment.content_type] for attachment in self.attachments
            ]
        return cbor.encode(fields)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the release of `data`.

        Raises:
            BadRelease: it is not one.
        """
        try:
            fields = cbor.Fields(cbor.decode(data), fault=BadRelease)
            record = urn(fields.text(_Field.RECORD))
        except (cbor.Malformed, BadIdentifier) as fault:
            raise BadRelease(fault.detail) from fault
        return cls(
            record=record,
            version=fields.integer(_Field.VERSION, least=1, most=(1 << 31) - 1),
            kind=fields.text(_Field.KIND, longest=MAX_CODE),
            released_by=fields.text(_Field.RELEASED_BY, longest=MAX_NAME),
            approved_by=_optional(fields, _Field.APPROVED_BY, longest=MAX_NAME),
            urgency=_optional(fields, _Field.URGENCY, longest=MAX_CODE),
            necessity=fields.text(_Field.NECESSITY, longest=MAX_WORDS),
            case_reference=fields.text(_Field.CASE_REFERENCE, longest=MAX_NAME),
            retain_until=from_seconds(fields.integer(_Field.RETAIN_UNTIL, most=LAST_SECOND)),
            language=fields.text(_Field.LANGUAGE, longest=MAX_CODE),
            body=fields.octets(_Field.BODY),
            attachments=_attachments(fields),
            unknown=MappingProxyType(fields.rest()),
        )


def _optional(fields: cbor.Fields, key: _Field, *, longest: int) -> str | None:
    return fields.text(key, longest=longest) if fields.has(key) else None


def _attachments(fields: cbor.Fields) -> tuple[NamedAttachment, ...]:
    if not fields.has(_Field.ATTACHMENTS):
        return ()
    entries = fields.array(_Field.ATTACHMENTS, longest=MAX_ATTACHMENTS)
    if not entries:
        raise BadRelease("an empty list of attachments is left out")
    return tuple(_attachment(entry) for entry in entries)


def _attachment(entry: cbor.Value) -> NamedAttachment:
    match entry:
        case [str() as name, str() as content_type] if (
            len(name) <= MAX_NAME and len(content_type) <= MAX_CONTENT_TYPE
        ):
            return NamedAttachment(name=name, content_type=content_type)
        case _:
            raise BadRelease("an attachment has no name and type")
