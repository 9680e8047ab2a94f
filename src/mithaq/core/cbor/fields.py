"""Reading a decoded map field by field, each with its type.

No text that a document names holds U+0000: databases and other languages end a text there.

What a document does not name stays in `rest()`, so that unknown fields survive where the
document says so; `close()` refuses them where it does not.
"""

from __future__ import annotations

from mithaq.core.cbor.values import Key, Malformed, Value
from mithaq.core.errors import MithaqError

_LARGEST = (1 << 64) - 1


class Fields:
    """A map whose fields are taken one by one.

    `fault` is raised, with the field's key as detail, for whatever is missing or mistyped.
    """

    __slots__ = ("_fault", "_values")

    def __init__(self, value: Value, *, fault: type[MithaqError] = Malformed) -> None:
        if not isinstance(value, dict):
            raise fault("a map is expected")
        self._fault = fault
        self._values: dict[Key, Value] = dict(value)

    def has(self, key: Key) -> bool:
        """Return whether the field is present and not yet taken."""
        return key in self._values

    def take(self, key: Key) -> Value:
        """Return the field as it is and remove it."""
        try:
            return self._values.pop(key)
        except KeyError as missing:
            raise self._fault(f"field {key!r} is missing") from missing

    def text(self, key: Key, *, longest: int | None = None) -> str:
        """Return a text, of at most `longest` code points where given."""
        value = self.take(key)
        if not isinstance(value, str) or (longest is not None and len(value) > longest):
            raise self._fault(f"field {key!r} is not a text of the right length")
        if "\0" in value:
            raise self._fault(f"field {key!r} holds a null character")
        return value

    def integer(self, key: Key, *, least: int = 0, most: int = _LARGEST) -> int:
        """Return an integer, `least` and `most` included."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._fault(f"field {key!r} is not an integer in range")
        return value

    def octets(self, key: Key, *, size: int | None = None) -> bytes:
        """Return a byte string, of exactly `size` bytes where given."""
        value = self.take(key)
        if not isinstance(value, bytes) or (size is not None and len(value) != size):
            raise self._fault(f"field {key!r} is not a byte string of the right size")
        return value

    def flag(self, key: Key) -> bool:
        """Return a boolean."""
        value = self.take(key)
        if not isinstance(value, bool):
            raise self._fault(f"field {key!r} is not a boolean")
        return value

    def array(self, key: Key, *, longest: int | None = None) -> list[Value]:
        """Return an array, of at most `longest` elements where given."""
        value = self.take(key)
        if not isinstance(value, list) or (longest is not None and len(value) > longest):
            raise self._fault(f"field {key!r} is not an array of the right length")
        return value

    def texts(self, key: Key, *, longest: int | None = None) -> tuple[str, ...]:
        """Return an array of texts, of at most `longest` elements where given."""
        texts: list[str] = []
        for value in self.array(key, longest=longest):
            if not isinstance(value, str) or "\0" in value:
                raise self._fault(f"field {key!r} holds what is not a text, or a null character")
            texts.append(value)
        return tuple(texts)

    def fields(self, key: Key) -> Fields:
        """Return a map, itself to be read field by field."""
        return Fields(self.take(key), fault=self._fault)

    def rest(self) -> dict[Key, Value]:
        """Return the fields nobody asked for."""
        return dict(self._values)

    def close(self) -> None:
        """Refuse fields nobody asked for."""
        if self._values:
            raise self._fault(f"unknown field {next(iter(self._values))!r}")
