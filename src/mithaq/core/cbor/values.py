"""What CBOR of ours can hold, its limits and its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mithaq.core.errors import MithaqError

MAX_DEPTH = 16  # arrays, maps and tags inside each other; our deepest document has 7
MAX_SIZE = 1 << 20  # bytes; the largest message of the protocol
MAX_ITEMS = 1 << 16  # elements of arrays and keys of maps in a document, all levels together
INTEGER_BITS = 64  # RFC 8949, section 3.1: major types 0 and 1


class Malformed(MithaqError):
    """Bytes are not deterministic CBOR of the form that is asked for."""

    code = "cbor.malformed"


class NotEncodable(MithaqError):
    """A value has no deterministic form in our subset of CBOR."""

    code = "cbor.not_encodable"


Key: TypeAlias = int | str | bytes
KEY_TYPES = (int, str, bytes)  # booleans, which Python counts as integers, are no keys


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under a CBOR tag (RFC 8949, section 3.4)."""

    tag: int
    value: Value


Value: TypeAlias = "bool | int | bytes | str | list[Value] | dict[Key, Value] | Tagged | None"
Encodable: TypeAlias = (
    "bool | int | bytes | str | Sequence[Encodable] | Mapping[Key, Encodable]"
    " | Mapping[int, Encodable] | Mapping[str, Encodable] | Tagged | None"
)
