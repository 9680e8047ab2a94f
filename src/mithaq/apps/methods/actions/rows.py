"""Writing rows of methods, one statement for many."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from mithaq.apps.methods.models import DESK, Method, MethodVersion
from mithaq.core import ids, records
from mithaq.core.ids import Digest, Urn
from mithaq.core.records import body
from mithaq.core.records.method import Method as MethodRecord

_UUID_ENTROPY = 10  # bytes
_NAMES = (
    *("id", "urn", "origin", "key", "version", "state", "title", "language", "offences"),
    *("stages", "tlp", "handling", "source_grade", "information_grade", "named_supplier"),
    *("created_at", "modified_at", "stored_at", "retain_until", "desk", "pact", "purpose"),
    *("message_id", "body", "digest", "source_digest"),
)
_TYPES = {
    "id": "uuid",
    "key": "uuid",
    "version": "int",
    "named_supplier": "boolean",
    "created_at": "timestamptz",
    "modified_at": "timestamptz",
    "stored_at": "timestamptz",
    "retain_until": "timestamptz",
    "message_id": "uuid",
    "digest": "bytea",
    "source_digest": "bytea",
}
# Lists of codes and JSON travel as text: unnest would flatten an array of arrays.
_CASTS = {"offences": "text[]", "stages": "text[]", "body": "jsonb"}
_COLUMNS = ", ".join(_NAMES)
_SELECTED = ", ".join(f"{name}::{_CASTS[name]}" if name in _CASTS else name for name in _NAMES)
_ARRAYS = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in _NAMES)
_INSERT = (
    f"INSERT INTO methods_method ({_COLUMNS}) "  # noqa: S608 - made of the constants above
    f"SELECT {_SELECTED} FROM unnest({_ARRAYS}) AS given ({_COLUMNS})"
)
_ASSIGNED = ", ".join(
    f"{name} = given.{name}::{_CASTS[name]}" if name in _CASTS else f"{name} = given.{name}"
    for name in _NAMES
    if name not in {"id", "urn"}
)
_UPDATE = (
    f"UPDATE methods_method SET search = NULL, {_ASSIGNED} "  # noqa: S608 - constants again
    f"FROM unnest({_ARRAYS}) AS given ({_COLUMNS}) WHERE methods_method.id = given.id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A method as it will be stored.

    `digest` is of `content`, the canonical JSON; `source_digest` of what was read.
    """

    id: uuid.UUID
    urn: Urn
    version: int
    state: str
    record: MethodRecord
    facts: records.RecordFacts
    stored_at: dt.datetime
    retain_until: dt.datetime
    content: bytes
    digest: Digest
    source_digest: Digest
    pact: str = ""
    purpose: str = ""
    message_id: uuid.UUID | None = None

    def values(self) -> tuple[object, ...]:
        """Return the values of the columns, in their order."""
        record, facts = self.record, self.facts
        owner, _, key = ids.parts(self.urn)
        return (
            *(self.id, self.urn, owner, key, self.version, self.state, record.title),
            *(record.language, _codes(record.offences), _codes(record.stages), facts.tlp),
            *(facts.handling, facts.source_grade, facts.information_grade),
            *(facts.named_supplier, record.created, record.modified, self.stored_at),
            *(self.retain_until, DESK, self.pact, self.purpose, self.message_id),
            *(self.content.decode(), self.digest, self.source_digest),
        )


def new_id(*, at: dt.datetime) -> uuid.UUID:
    """Return the key of a new row."""
    return ids.uuid7(at=at, entropy=secrets.token_bytes(_UUID_ENTROPY))


def insert(rows: Sequence[Row]) -> None:
    """Insert `rows` in one statement."""
    _execute(_INSERT, rows)


def replace(rows: Sequence[Row], *, at: dt.datetime) -> None:
    """Put `rows` in the place of the stored ones of the same ids, which become history."""
    if not rows:
        return
    stored = Method.objects.filter(id__in=[row.id for row in rows])
    MethodVersion.objects.bulk_create(
        MethodVersion(
            method=former,
            version=former.version,
            modified_at=former.modified_at,
            replaced_at=at,
            retain_until=former.retain_until,
            body=former.body,
            digest=former.digest,
        )
        for former in stored
    )
    _execute(_UPDATE, rows)


def digest_of(record: MethodRecord) -> Digest:
    """Return the digest by which two readings of the same version are compared."""
    return body.fingerprint(record)


def _execute(statement: str, rows: Sequence[Row]) -> None:
    if rows:
        columns = zip(*(row.values() for row in rows), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in columns])


def _codes(values: Sequence[str]) -> str:
    """Return checked codes, which hold no comma or brace, as PostgreSQL writes an array."""
    return "{" + ",".join(values) + "}"
