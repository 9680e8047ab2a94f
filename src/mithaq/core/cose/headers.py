"""Header parameters: their labels, and the strict reading of a protected header."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from typing import TypeAlias

from mithaq.core import cbor
from mithaq.core.cose.algorithms import Algorithm
from mithaq.core.cose.errors import Malformed, WrongAlgorithm
from mithaq.core.ids import KeyId

Headers: TypeAlias = Mapping[int, cbor.Encodable]

KEY_ID_SIZE = 32  # bytes
MAX_ELEMENTS = 1 << 12  # of a message or a header, read before any signature of it is verified


class Header(IntEnum):
    """A registered COSE header parameter that we use."""

    ALG = 1
    CRIT = 2
    CONTENT_TYPE = 3
    KID = 4
    IV = 5
    ENCAPSULATED = -4  # "ek" of the COSE-HPKE drafts
    CWT_CLAIMS = 15  # RFC 9597
    VERIFIABLE_STRUCTURE = 395  # RFC 9942
    VERIFIABLE_PROOFS = 396  # RFC 9942


def write(headers: Headers) -> bytes:
    """Return the protected header; of no parameters, the empty byte string."""
    return cbor.encode(headers) if headers else b""


def read(protected: bytes) -> dict[cbor.Key, cbor.Value]:
    """Return the parameters of a protected header in its one form.

    Raises:
        Malformed: it is not a map, is an encoded empty map, or asks for `crit`.
    """
    if not protected:
        return {}
    headers = decode(protected)
    if not isinstance(headers, dict) or not headers:
        raise Malformed("a protected header is not a map of parameters")
    if Header.CRIT in headers:
        raise Malformed("critical parameters are not part of this profile")
    return headers


def signing_key(headers: dict[cbor.Key, cbor.Value]) -> tuple[Algorithm, KeyId]:
    """Return the algorithm and the key that the parameters name.

    Raises:
        Malformed: one is missing or mistyped.
        WrongAlgorithm: the algorithm is none of ours.
    """
    fields = cbor.Fields(headers, fault=Malformed)
    number = fields.integer(Header.ALG, least=-(1 << 63))
    kid = KeyId(fields.octets(Header.KID, size=KEY_ID_SIZE))
    try:
        return Algorithm(number), kid
    except ValueError as fault:
        raise WrongAlgorithm("an algorithm that is not part of this profile") from fault


@lru_cache(maxsize=1024)
def named_key(protected: bytes) -> tuple[Algorithm, KeyId]:
    """Return the algorithm and the key that a protected header names.

    For headers that say little else: those of signatures and recipients come again with every
    message of a key, and what was read once is remembered.

    Raises:
        Malformed: as `read` and `signing_key`.
        WrongAlgorithm: as `signing_key`.
    """
    return signing_key(read(protected))


def decode(data: bytes) -> cbor.Value:
    """Return the CBOR value of `data`.

    Raises:
        Malformed: it is not deterministic CBOR.
    """
    try:
        return cbor.decode(data, max_items=MAX_ELEMENTS)
    except cbor.Malformed as fault:
        raise Malformed(fault.detail) from fault


def parts(data: bytes, *, tag: int, count: int) -> list[cbor.Value]:
    """Return the `count` elements of the COSE message `data`.

    Raises:
        Malformed: it is not an array of that many elements under `tag`.
    """
    message = decode(data)
    if not isinstance(message, cbor.Tagged) or message.tag != tag:
        raise Malformed(f"not a COSE message of tag {tag}")
    return array(message.value, count=count)


def array(value: cbor.Value, *, count: int) -> list[cbor.Value]:
    """Return `value` as an array of `count` elements.

    Raises:
        Malformed: it is not.
    """
    if not isinstance(value, list) or len(value) != count:
        raise Malformed("an array of the right length is expected")
    return value


def octets(value: cbor.Value) -> bytes:
    """Return `value` as a byte string.

    Raises:
        Malformed: it is not.
    """
    if not isinstance(value, bytes):
        raise Malformed("a byte string is expected")
    return value


def nothing(value: cbor.Value) -> None:
    """Refuse an unprotected header that holds parameters.

    Raises:
        Malformed: `value` is not an empty map.
    """
    if value != {}:
        raise Malformed("unprotected parameters are not part of this profile")
