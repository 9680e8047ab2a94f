from __future__ import annotations

from collections.abc import Callable

import pytest

from mithaq.core import cbor
from mithaq.core.errors import MithaqError


class Odd(MithaqError):
    """A fault of the caller's own."""

    code = "test.odd"


WRONG: dict[str, tuple[cbor.Value, Callable[[cbor.Fields], object]]] = {
    "missing": ({}, lambda fields: fields.take(1)),
    "text expected": ({1: b"x"}, lambda fields: fields.text(1)),
    "text too long": ({1: "xx"}, lambda fields: fields.text(1, longest=1)),
    "null character": ({1: "a\0"}, lambda fields: fields.text(1)),
    "null character in a list": ({1: ["a\0"]}, lambda fields: fields.texts(1)),
    "integer expected": ({1: "1"}, lambda fields: fields.integer(1)),
    "true is no integer": ({1: True}, lambda fields: fields.integer(1)),
    "integer too small": ({1: -1}, lambda fields: fields.integer(1)),
    "integer too large": ({1: 4}, lambda fields: fields.integer(1, most=3)),
    "bytes expected": ({1: "x"}, lambda fields: fields.octets(1)),
    "bytes of another size": ({1: b"x"}, lambda fields: fields.octets(1, size=2)),
    "boolean expected": ({1: 1}, lambda fields: fields.flag(1)),
    "array expected": ({1: {}}, lambda fields: fields.array(1)),
    "array too long": ({1: [1, 2]}, lambda fields: fields.array(1, longest=1)),
    "texts expected": ({1: ["a", 1]}, lambda fields: fields.texts(1)),
    "map expected": ({1: []}, lambda fields: fields.fields(1)),
    "unknown field": ({1: 1}, lambda fields: fields.close()),
}


@pytest.mark.parametrize(("value", "read"), WRONG.values(), ids=WRONG.keys())
def test_a_field_of_another_type_is_refused_with_the_callers_fault(
    value: cbor.Value, read: Callable[[cbor.Fields], object]
) -> None:
    with pytest.raises(Odd):
        read(cbor.Fields(value, fault=Odd))


def test_only_a_map_has_fields() -> None:
    with pytest.raises(cbor.Malformed):
        cbor.Fields([1])


def test_each_type_is_read_and_what_nobody_asked_for_survives() -> None:
    fields = cbor.Fields(
        {1: "t", 2: 7, 3: b"o", 4: True, 5: [1], 6: ["a"], 7: {1: 2}, 99: "later version"}
    )

    assert fields.text(1) == "t"
    assert fields.integer(2) == 7
    assert fields.octets(3, size=1) == b"o"
    assert fields.flag(4) is True
    assert fields.array(5) == [1]
    assert fields.texts(6) == ("a",)
    assert fields.fields(7).integer(1) == 2
    assert fields.has(99)
    assert not fields.has(1)
    assert fields.rest() == {99: "later version"}
