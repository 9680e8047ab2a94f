"""Bytes to values, refusing every form but the deterministic one.

Obligations of `decode`: (1) the size is bounded; (2) arguments are in their shortest form and
lengths are definite; (3) keys of a map are integers, text or byte strings, unique and in
bytewise order; (4) text is valid UTF-8; (5) nesting is bounded; (6) nothing follows the value;
(7) the number of elements is bounded, since each costs many times the byte that it takes.
"""

from __future__ import annotations

from collections.abc import Callable

from mithaq.core.cbor.values import (
    KEY_TYPES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_SIZE,
    Key,
    Malformed,
    Tagged,
    Value,
)

_SIMPLE: dict[int, bool | None] = {20: False, 21: True, 22: None}  # what we use of major type 7
_DIRECT = 24  # arguments below this stand in the initial byte itself
_LONGEST = 27  # information value of an eight-byte argument
_LEAST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}  # least argument worth its length
_FIRST_SIMPLE = 0xE0  # initial bytes from here on are of major type 7


def decode(
    data: bytes,
    *,
    max_depth: int = MAX_DEPTH,
    max_size: int = MAX_SIZE,
    max_items: int = MAX_ITEMS,
) -> Value:
    """Return the value of which `data` is the deterministic form.

    Who reads what strangers send allows no more elements than the document can need.

    Raises:
        Malformed: an obligation of this module does not hold.
    """
    if len(data) > max_size:  # (1)
        raise Malformed("longer than allowed")
    reader = _Reader(data, max_depth, max_items)
    try:
        value = reader.item()
    except IndexError as fault:
        raise Malformed("ends too early") from fault
    if reader.at != len(data):  # (6)
        raise Malformed("bytes follow the value")
    return value


class _Reader:
    """A position in the data, and how many levels and elements may still come."""

    __slots__ = ("at", "data", "end", "items", "levels")

    def __init__(self, data: bytes, levels: int, items: int) -> None:
        self.data = data
        self.end = len(data)
        self.at = 0
        self.levels = levels
        self.items = items

    def item(self) -> Value:
        at = self.at
        initial = self.data[at]
        self.at = at + 1
        if initial < _DIRECT:
            return initial
        argument = initial & 0x1F
        if argument >= _DIRECT and initial < _FIRST_SIMPLE:
            argument = self.argument(argument)
        return _READERS[initial >> 5](self, argument)

    def argument(self, information: int) -> int:
        if information > _LONGEST:  # (2)
            raise Malformed("indefinite length or reserved form")
        begin = self.at
        self.at = end = begin + (1 << (information - _DIRECT))
        if end > self.end:
            raise Malformed("ends too early")
        argument = int.from_bytes(self.data[begin:end], "big")
        if argument < _LEAST[information]:  # (2)
            raise Malformed("a number is not in its shortest form")
        return argument

    def unsigned(self, argument: int) -> int:
        return argument

    def negative(self, argument: int) -> int:
        return -1 - argument

    def octets(self, argument: int) -> bytes:
        begin = self.at
        self.at = end = begin + argument
        if end > self.end:
            raise Malformed("ends too early")
        return self.data[begin:end]

    def text(self, argument: int) -> str:
        try:
            return self.octets(argument).decode()
        except UnicodeDecodeError as fault:  # (4)
            raise Malformed("text is not UTF-8") from fault

    def array(self, argument: int) -> list[Value]:
        self.enter(argument)
        item = self.item
        values = [item() for _ in range(argument)]
        self.levels += 1
        return values

    def map(self, argument: int) -> dict[Key, Value]:
        self.enter(argument)
        values: dict[Key, Value] = {}
        previous = b""
        for _ in range(argument):
            begin = self.at
            key = self.item()
            if isinstance(key, bool) or not isinstance(key, KEY_TYPES):  # (3)
                raise Malformed("a key is neither integer, text nor byte string")
            form = self.data[begin : self.at]
            if form <= previous:  # (3): no form is empty, so the first always passes
                raise Malformed("keys are not unique and in order")
            previous = form
            values[key] = self.item()
        self.levels += 1
        return values

    def tagged(self, argument: int) -> Tagged:
        self.enter(1)
        value = self.item()
        self.levels += 1
        return Tagged(argument, value)

    def simple(self, argument: int) -> bool | None:
        if argument not in _SIMPLE:
            raise Malformed("a float or a simple value that we do not use")
        return _SIMPLE[argument]

    def enter(self, elements: int) -> None:
        self.levels -= 1
        if self.levels < 0:  # (5)
            raise Malformed("nested too deeply")
        if elements > self.end - self.at:  # a claim beyond the data must not cost memory
            raise Malformed("ends too early")
        self.items -= elements
        if self.items < 0:  # (7)
            raise Malformed("too many elements")


_READERS: tuple[Callable[[_Reader, int], Value], ...] = (
    _Reader.unsigned,
    _Reader.negative,
    _Reader.octets,
    _Reader.text,
    _Reader.array,
    _Reader.map,
    _Reader.tagged,
    _Reader.simple,
)
