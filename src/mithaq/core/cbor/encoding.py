"""Values to bytes, in the one form RFC 8949, section 4.2.1 allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

from mithaq.core.cbor.values import (
    INTEGER_BITS,
    KEY_TYPES,
    MAX_DEPTH,
    Encodable,
    NotEncodable,
    Tagged,
)

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = (major << 5 for major in range(7))
_FALSE, _TRUE, _NULL = b"\xf4", b"\xf5", b"\xf6"
_DIRECT = 24  # arguments below this stand in the initial byte itself
_INITIAL = tuple(bytes((byte,)) for byte in range(256))

_Put: TypeAlias = Callable[[bytes], None]


def encode(value: Encodable) -> bytes:
    """Return the deterministic form of `value`.

    Raises:
        NotEncodable: a type, an integer beyond 64 bits, a lone surrogate or a depth that our
            subset does not have.
    """
    pieces: list[bytes] = []
    _item(value, pieces.append, MAX_DEPTH)
    return b"".join(pieces)


def encode_tagged(tag: int, value: Encodable) -> bytes:
    """Return the deterministic form of `value` under `tag`.

    Raises:
        NotEncodable: as `encode`, or the tag is negative.
    """
    if tag < 0:
        raise NotEncodable("a tag is negative")
    pieces = [_head(_TAG, tag)]
    _item(value, pieces.append, MAX_DEPTH - 1)
    return b"".join(pieces)


def _head(major: int, argument: int) -> bytes:
    if argument < _DIRECT:
        return _INITIAL[major | argument]
    if argument < 1 << 8:
        return bytes((major | 24, argument))
    if argument < 1 << 16:
        return (((major | 25) << 16) | argument).to_bytes(3, "big")
    if argument < 1 << 32:
        return (((major | 26) << 32) | argument).to_bytes(5, "big")
    if argument >> INTEGER_BITS:
        raise NotEncodable("an integer needs more than 64 bits")
    return (((major | 27) << 64) | argument).to_bytes(9, "big")


def _integer(value: int, put: _Put, depth: int) -> None:
    put(_head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value))


def _octets(value: bytes, put: _Put, depth: int) -> None:
    put(_head(_BYTES, len(value)))
    put(value)


def _text(value: str, put: _Put, depth: int) -> None:
    try:
        octets = value.encode()
    except UnicodeEncodeError as fault:
        raise NotEncodable("a text holds a lone surrogate") from fault
    put(_head(_TEXT, len(octets)))
    put(octets)


def _boolean(value: bool, put: _Put, depth: int) -> None:  # noqa: FBT001 - the value itself
    put(_TRUE if value else _FALSE)


def _null(value: None, put: _Put, depth: int) -> None:
    put(_NULL)


def _array(value: list[Encodable] | tuple[Encodable, ...], put: _Put, depth: int) -> None:
    put(_head(_ARRAY, len(value)))
    for element in value:
        _item(element, put, depth - 1)


def _map(value: Mapping[int | str | bytes, Encodable], put: _Put, depth: int) -> None:
    put(_head(_MAP, len(value)))
    entries: list[tuple[bytes, Encodable]] = []
    for key, element in value.items():
        if isinstance(key, bool) or not isinstance(key, KEY_TYPES):
            raise NotEncodable("a key is neither integer, text nor byte string")
        entries.append((_key_form(key), element))
    entries.sort(key=_by_key)
    for key_form, element in entries:
        put(key_form)
        _item(element, put, depth - 1)


@lru_cache(maxsize=1024)  # the keys of a protocol are few, and equal keys have one form
def _key_form(key: int | str | bytes) -> bytes:
    return encode(key)


def _by_key(entry: tuple[bytes, Encodable]) -> bytes:
    return entry[0]


def _tagged(value: Tagged, put: _Put, depth: int) -> None:
    if value.tag < 0:
        raise NotEncodable("a tag is negative")
    put(_head(_TAG, value.tag))
    _item(value.value, put, depth - 1)


_WRITERS: dict[type, Callable[..., None]] = {
    int: _integer,
    bytes: _octets,
    str: _text,
    list: _array,
    tuple: _array,
    dict: _map,
    bool: _boolean,
    type(None): _null,
    Tagged: _tagged,
}


def _item(value: Encodable, put: _Put, depth: int) -> None:
    if depth < 0:
        raise NotEncodable("nested too deeply")
    writer = _WRITERS.get(type(value))
    if writer is None:
        writer = _writer_of_kin(type(value))
    writer(value, put, depth)


def _writer_of_kin(kind: type) -> Callable[..., None]:
    """Return the writer for enums and other children of the types we know."""
    for kin, writer in tuple(_WRITERS.items()):
        if issubclass(kind, kin):
            _WRITERS[kind] = writer  # found at once the next time
            return writer
    if issubclass(kind, Mapping):
        return _map
    raise NotEncodable(f"{kind.__name__} has no form in our subset of CBOR")
