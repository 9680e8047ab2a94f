"""Writing rows of methods, one statement for many."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from mithaq.apps.methods.models import DESK, Method, MethodVersion
from mithaq.core import ids
from mithaq.core.ids import Digest, Urn
from mithaq.core.records import body
from mithaq.core.records.method import Method as MethodRecord

_UUID_ENTROPY = 10  # bytes
_TYPES = {
    "id": "uuid",
    "urn": "text",
    "origin": "text",
    "key": "uuid",
    "version": "int",
    "state": "text",
    "title": "text",
    "language": "text",
    "offences": "text[]",
    "stages": "text[]",
    "tlp": "text",
    "handling": "text",
    "source_grade": "text",
    "information_grade": "text",
    "named_supplier": "boolean",
    "created_at": "timestamptz",
    "modified_at": "timestamptz",
    "stored_at": "timestamptz",
    "retain_until": "timestamptz",
    "desk": "text",
    "pact": "text",
    "purpose": "text",
    "message_id": "uuid",
    "digest": "bytea",
    "source_digest": "bytea",
    "body": "jsonb",
}
_COLUMNS = ", ".join(_TYPES)
_GIVEN = ", ".join(f"{name} {kind}" for name, kind in _TYPES.items())
_KEPT = {"id", "urn"}
_ASSIGNED = ", ".join(f"{name} = given.{name}" for name in _TYPES if name not in _KEPT)
# All rows travel as one JSON text: quoting it once costs less than an array for each column.
_INSERT = (
    f"INSERT INTO methods_method ({_COLUMNS}) "  # noqa: S608 - made of the constants above
    f"SELECT {_COLUMNS} FROM json_to_recordset(%s) AS given ({_GIVEN})"
)
_UPDATE = (
    f"UPDATE methods_method SET search = NULL, {_ASSIGNED} "  # noqa: S608 - constants again
    f"FROM json_to_recordset(%s) AS given ({_GIVEN}) WHERE methods_method.id = given.id"
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
    stored_at: dt.datetime
    retain_until: dt.datetime
    content: bytes
    digest: Digest
    source_digest: Digest
    pact: str = ""
    purpose: str = ""
    message_id: uuid.UUID | None = None

    def to_json(self) -> str:
        """Return the columns as a JSON object."""
        record = self.record
        owner, _, key = ids.parts(self.urn)
        columns = {
            "id": str(self.id),
            "urn": self.urn,
            "origin": owner,
            "key": str(key),
            "version": self.version,
            "state": self.state,
            "title": record.title,
            "language": record.language,
            "offences": record.offences,
            "stages": record.stages,
            "tlp": record.tlp or "",
            "handling": record.handling or "",
            "source_grade": record.source_grade or "",
            "information_grade": record.information_grade or "",
            "named_supplier": record.supplier is not None and record.supplier.is_named(),
            "created_at": record.created.isoformat(),
            "modified_at": record.modified.isoformat(),
            "stored_at": self.stored_at.isoformat(),
            "retain_until": self.retain_until.isoformat(),
            "desk": DESK,
            "pact": self.pact,
            "purpose": self.purpose,
            "message_id": None if self.message_id is None else str(self.message_id),
            "digest": f"\\x{self.digest.hex()}",
            "source_digest": f"\\x{self.source_digest.hex()}",
        }
        outline = json.dumps(columns, ensure_ascii=False)
        return f'{outline[:-1]}, "body": {self.content.decode()}}}'


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
        with connection.cursor() as cursor:
            cursor.execute(statement, [f"[{','.join(row.to_json() for row in rows)}]"])
