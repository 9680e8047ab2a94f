"""From bytes to JSON objects, strictly.

Refused: more than `MAX_FILE` bytes, no UTF-8, a key twice in one object (RFC 8259 section 4
leaves the meaning open), NaN and infinities, nesting deeper than the parser follows.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import NoReturn, TypeGuard

from pydantic import JsonValue

from mithaq.core.formats.stix.faults import refuse
from mithaq.core.records.coded import PRINTABLE

MAX_FILE = 64 << 20  # bytes; ATT&CK, the largest bundle in common use, has 50 MB
MAX_OBJECTS = 200_000  # in one bundle
MAX_FOREIGN_DEPTH = 12  # levels of content that we keep without understanding it
MAX_FOREIGN_ITEMS = 5_000  # values in such content
PROGRESS_EVERY = 500  # objects
_PRINTABLE = re.compile(PRINTABLE)

JsonObject = dict[str, JsonValue]


def silent(done: int, total: int) -> None:
    """Tell nobody of the progress."""


class _Forbidden(ValueError):
    """JSON that the parser of Python would let pass."""


def parse(data: bytes) -> list[JsonObject]:
    """Return the objects of the bundle `data`.

    Raises:
        Refused: not strict JSON, not a bundle of STIX 2.1, or too large.
    """
    if len(data) > MAX_FILE:
        raise refuse("stix.too_large", f"more than {MAX_FILE >> 20} MiB")
    try:
        value: JsonValue = json.loads(
            data.decode(),
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except RecursionError as fault:
        raise refuse("stix.not_json", "nested too deep") from fault
    except ValueError as fault:
        raise refuse("stix.not_json", _reason(fault)) from fault
    return _objects(value)


def check_foreign(value: JsonValue) -> None:
    """Check content that is kept without being understood: bounded, finite, printable text.

    Raises:
        ValueError: it is not, with the reason.
    """
    waiting: list[tuple[JsonValue, int]] = [(value, 0)]
    seen = 0
    while waiting:
        item, depth = waiting.pop()
        seen += 1
        if depth > MAX_FOREIGN_DEPTH or seen > MAX_FOREIGN_ITEMS:
            raise ValueError("too much content of an unknown kind")
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, dict):
            waiting += [(key, depth) for key in item]
            waiting += [(inner, depth + 1) for inner in item.values()]
        elif isinstance(item, list):
            waiting += [(inner, depth + 1) for inner in item]


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("half a character (a lone surrogate)")
    if _PRINTABLE.match(text) is None:
        raise ValueError("a control character in a text")


def _objects(value: JsonValue) -> list[JsonObject]:
    if not isinstance(value, dict) or value.get("type") != "bundle":
        raise refuse("stix.not_a_bundle", 'the outermost object is not of the type "bundle"')
    objects = value.get("objects", [])
    if not isinstance(objects, list) or not _all_objects(objects):
        raise refuse("stix.not_a_bundle", "it is not a list of objects", field="objects")
    if len(objects) > MAX_OBJECTS:
        raise refuse("stix.too_large", f"more than {MAX_OBJECTS} objects", field="objects")
    return objects


def _all_objects(values: Sequence[JsonValue]) -> TypeGuard[list[JsonObject]]:
    return all(isinstance(value, dict) for value in values)


def _once(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Forbidden(f"the key {twice[:64]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise _Forbidden(f"{name} is not JSON")


def _finite(digits: str) -> float | int:
    """Return the number; a whole one is an int, as PostgreSQL's jsonb gives it back."""
    number = float(digits)
    if not math.isfinite(number):
        raise _Forbidden("a number too large")
    return int(number) if number.is_integer() else number


def _reason(fault: ValueError) -> str:
    match fault:
        case json.JSONDecodeError():
            return f"not JSON at line {fault.lineno}, column {fault.colno}"
        case UnicodeDecodeError():
            return f"not UTF-8 at byte {fault.start}"
        case _Forbidden():
            return str(fault)
        case _:
            return "a number too large"
