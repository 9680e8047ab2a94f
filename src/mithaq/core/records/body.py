"""A method as the canonical JSON that the database keeps.

Canonical: keys sorted, no spaces, text unescaped, instants in UTC with "Z", nothing that is
empty. Invariant: `from_body(to_body(method)) == method`, and equal methods have equal bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pydantic import JsonValue, TypeAdapter, ValidationError

from mithaq.core.errors import MithaqError
from mithaq.core.ids import Digest
from mithaq.core.records.method import Method

_METHOD: TypeAdapter[Method] = TypeAdapter(Method)


class BadBody(MithaqError):
    """A stored method is not of the form that this version reads."""

    code = "record.bad_body"


def to_body(method: Method) -> dict[str, JsonValue]:
    """Return `method` as JSON values, without what is empty."""
    body: dict[str, JsonValue] = _METHOD.dump_python(method, mode="json", exclude_defaults=True)
    return body


def from_body(body: Mapping[str, JsonValue]) -> Method:
    """Return the method that `to_body` wrote.

    Raises:
        BadBody: it wrote no such thing.
    """
    try:
        return _METHOD.validate_python(body)
    except ValidationError as fault:
        raise BadBody(str(fault.errors()[0]["loc"])) from fault


def to_bytes(method: Method) -> bytes:
    """Return the canonical JSON of `method`, UTF-8."""
    return json.dumps(
        to_body(method), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def fingerprint(method: Method) -> Digest:
    """Return the SHA-256 of the canonical JSON, by which two versions are compared."""
    return Digest(hashlib.sha256(to_bytes(method)).digest())
