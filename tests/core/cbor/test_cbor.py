from __future__ import annotations

import enum
import types

import cbor2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mithaq.core import cbor

# RFC 8949, appendix A: the examples that lie within our subset.
EXAMPLES = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (cbor.Tagged(0, "2013-03-21T20:04:00Z"), "c074323031332d30332d32315432303a30343a30305a"),
    (cbor.Tagged(1, 1363896240), "c11a514b67b0"),
    (cbor.Tagged(23, b"\x01\x02\x03\x04"), "d74401020304"),
    (cbor.Tagged(24, b"dIETF"), "d818456449455446"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
    (
        {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
        "a56161614161626142616361436164614461656145",
    ),
]

REFUSED = {
    "nothing at all": "",
    "float, half precision": "f93c00",
    "float, double precision": "fb3ff199999999999a",
    "infinity": "f97c00",
    "undefined": "f7",
    "simple value 16": "f0",
    "simple value 255": "f8ff",
    "true in two bytes": "f815",
    "break alone": "ff",
    "reserved additional information": "1c",
    "indefinite byte string": "5f42010243030405ff",
    "indefinite text": "7f657374726561646d696e67ff",
    "indefinite array": "9fff",
    "indefinite map": "bfff",
    "5 in two bytes": "1805",
    "23 in two bytes": "1817",
    "255 in three bytes": "1900ff",
    "65535 in five bytes": "1a0000ffff",
    "4294967295 in nine bytes": "1b00000000ffffffff",
    "length in two bytes": "580101",
    "duplicate key": "a201010102",
    "keys out of order": "a203040102",
    "keys length-first instead of bytewise": "a22000186400",
    "key true": "a1f501",
    "key is an array": "a18001",
    "key is null": "a1f601",
    "text is not UTF-8": "61ff",
    "text holds a surrogate": "63eda080",
    "truncated argument": "19ff",
    "truncated byte string": "420a",
    "truncated text": "6261",
    "truncated array": "8201",
    "truncated map": "a101",
    "tag without content": "c1",
    "an array that claims 2^63 elements": "9b7fffffffffffffff",
    "a byte string that claims 2^63 bytes": "5b7fffffffffffffff",
    "bytes follow": "0000",
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
integers = st.integers(-(1 << 64), (1 << 64) - 1)
simple = st.none() | st.booleans() | integers | st.binary(max_size=40) | texts


def lists_and_maps(inner: st.SearchStrategy[cbor.Value]) -> st.SearchStrategy[cbor.Value]:
    keys = integers | texts | st.binary(max_size=9)
    return st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5)


untagged: st.SearchStrategy[cbor.Value] = st.recursive(simple, lists_and_maps, max_leaves=20)
values: st.SearchStrategy[cbor.Value] = st.recursive(
    simple,
    lambda inner: (
        lists_and_maps(inner) | st.builds(cbor.Tagged, st.integers(0, (1 << 64) - 1), inner)
    ),
    max_leaves=20,
)


def nested(levels: int) -> bytes:
    return b"\x81" * levels + b"\x00"


@pytest.mark.parametrize(("value", "form"), EXAMPLES, ids=[form[:24] for _, form in EXAMPLES])
def test_the_examples_of_the_rfc_are_written_and_read(value: cbor.Value, form: str) -> None:
    assert cbor.encode(value).hex() == form
    assert cbor.decode(bytes.fromhex(form)) == value


@pytest.mark.parametrize("form", REFUSED.values(), ids=REFUSED.keys())
def test_any_other_form_is_refused(form: str) -> None:
    with pytest.raises(cbor.Malformed):
        cbor.decode(bytes.fromhex(form))


def test_keys_stand_in_bytewise_order() -> None:
    # RFC 8949, section 4.2.1: 10, 100, -1, "z", "aa".
    value: dict[cbor.Key, cbor.Encodable] = {"aa": 0, "z": 0, -1: 0, 100: 0, 10: 0}
    assert cbor.encode(value).hex() == ("a50a00186400200061 7a00626161 00".replace(" ", ""))


@given(values)
def test_decoding_undoes_encoding(value: cbor.Value) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(untagged)
def test_another_library_reads_the_same_value(value: cbor.Value) -> None:
    assert cbor2.loads(cbor.encode(value)) == value


@given(untagged)
def test_another_library_writes_values_without_maps_alike(value: cbor.Value) -> None:
    assume(not _has_map(value))  # cbor2 sorts keys in the older, length-first order

    assert cbor2.dumps(value, canonical=True) == cbor.encode(value)


def _has_map(value: cbor.Value) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_has_map, value)))


@given(st.binary(max_size=60))
def test_what_is_accepted_is_the_only_form(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except cbor.Malformed:
        return
    assert cbor.encode(value) == data


@given(values, st.data())
def test_a_truncated_form_is_refused(value: cbor.Value, data: st.DataObject) -> None:
    form = cbor.encode(value)
    cut = data.draw(st.integers(0, len(form) - 1))

    with pytest.raises(cbor.Malformed):
        cbor.decode(form[:cut])


def test_nesting_is_bounded_on_both_sides() -> None:
    deepest = cbor.decode(nested(cbor.MAX_DEPTH))
    assert cbor.encode(deepest) == nested(cbor.MAX_DEPTH)

    with pytest.raises(cbor.Malformed):
        cbor.decode(nested(cbor.MAX_DEPTH + 1))
    with pytest.raises(cbor.NotEncodable):
        cbor.encode([deepest])


def test_very_deep_nesting_does_not_reach_the_stack() -> None:
    with pytest.raises(cbor.Malformed):
        cbor.decode(nested(100_000))


def test_size_is_bounded() -> None:
    form = cbor.encode(b"x" * 100)

    assert cbor.decode(form, max_size=len(form)) == b"x" * 100
    with pytest.raises(cbor.Malformed):
        cbor.decode(form, max_size=len(form) - 1)


def test_elements_of_all_levels_are_counted_together() -> None:
    form = cbor.encode([[1, 2], {1: [], 2: []}])

    assert cbor.decode(form, max_items=6) == [[1, 2], {1: [], 2: []}]
    with pytest.raises(cbor.Malformed, match="too many elements"):
        cbor.decode(form, max_items=5)


@pytest.mark.parametrize(
    "value",
    [1.5, 1 << 64, -(1 << 64) - 1, "\ud800", {1.5: 1}, {True: 1}, ..., cbor.Tagged(-1, 0)],
    ids=repr,
)
def test_what_has_no_form_is_not_encoded(value: cbor.Encodable) -> None:
    with pytest.raises(cbor.NotEncodable):
        cbor.encode(value)


def test_enumerations_are_written_as_their_values() -> None:
    class Number(enum.IntEnum):
        ONE = 1

    class Word(enum.StrEnum):
        ONE = "one"

    value: dict[int, cbor.Encodable] = {Number.ONE: Word.ONE}
    assert cbor.encode(value) == cbor.encode({1: "one"})


def test_any_mapping_is_written_as_a_map() -> None:
    assert cbor.encode(types.MappingProxyType({1: 2})) == cbor.encode({1: 2})


def test_a_tag_can_be_put_round_a_value() -> None:
    assert cbor.encode_tagged(18, [1]) == cbor.encode(cbor.Tagged(18, [1]))
    with pytest.raises(cbor.NotEncodable):
        cbor.encode_tagged(-1, [1])
    with pytest.raises(cbor.NotEncodable):
        cbor.encode_tagged(18, cbor.decode(nested(cbor.MAX_DEPTH)))
