"""Deterministic CBOR, the one binary form of everything Mithaq signs, seals or hashes.

Implements the core deterministic encoding of RFC 8949, section 4.2.1, for the subset that the
protocol needs: null, booleans, integers of 64 bits, byte strings, UTF-8 text, arrays, maps with
integer, text or byte-string keys, and tags. No floats, no undefined, no indefinite lengths.

Invariants: `encode(decode(data)) == data` for everything `decode` accepts, and
`decode(encode(value)) == value` (tuples come back as lists); so one value has one form.
"""

from __future__ import annotations

from mithaq.core.cbor.decoding import decode
from mithaq.core.cbor.encoding import encode, encode_tagged
from mithaq.core.cbor.fields import Fields
from mithaq.core.cbor.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_SIZE,
    Encodable,
    Key,
    Malformed,
    NotEncodable,
    Tagged,
    Value,
)

__all__ = [
    "MAX_DEPTH",
    "MAX_ITEMS",
    "MAX_SIZE",
    "Encodable",
    "Fields",
    "Key",
    "Malformed",
    "NotEncodable",
    "Tagged",
    "Value",
    "decode",
    "encode",
    "encode_tagged",
]
