from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mithaq.core.formats import stix
from mithaq.core.formats.stix import parsing
from tests.factories import methods as make


def fault_of(data: bytes) -> stix.Fault:
    with pytest.raises(stix.Refused) as refused:
        stix.read_bundle(data)
    return refused.value.faults[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "line 1", id="empty"),
        pytest.param(b"{", "line 1", id="cut-off"),
        pytest.param(b"\xff\xfe{}", "UTF-8", id="no-utf8"),
        pytest.param(b'{"type": "bundle"} x', "line 1", id="trailing"),
        pytest.param(b'{"type": "bundle", "type": "bundle"}', "twice", id="key-twice"),
        pytest.param(b'{"type": "bundle", "objects": [{"a": NaN}]}', "NaN", id="nan"),
        pytest.param(b'{"type": "bundle", "a": -Infinity}', "Infinity", id="infinity"),
        pytest.param(b'{"type": "bundle", "a": 1e999}', "too large", id="overflow"),
        pytest.param(b'{"type": "bundle", "a": ' + b"9" * 5_000 + b"}", "too large", id="digits"),
        pytest.param(b"[" * 200_000, "too deep", id="deep-lists"),
        pytest.param(b'{"a":' * 200_000, "too deep", id="deep-objects"),
    ],
)
def test_what_is_not_strict_json_is_refused(data: bytes, said: str) -> None:
    fault = fault_of(data)

    assert fault.code == "stix.not_json"
    assert said in fault.detail


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no-type"),
        pytest.param(b'{"type": "attack-pattern"}', id="bare-object"),
        pytest.param(b'{"type": "bundle", "objects": {}}', id="objects-no-list"),
        pytest.param(b'{"type": "bundle", "objects": [1]}', id="objects-of-numbers"),
    ],
)
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    assert fault_of(data).code == "stix.not_a_bundle"


def test_a_file_beyond_the_limit_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = make.bundle(make.pattern())
    monkeypatch.setattr(parsing, "MAX_FILE", len(data) - 1)

    assert fault_of(data).code == "stix.too_large"


def test_too_many_objects_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_OBJECTS", 1)

    fault = fault_of(make.bundle(make.pattern(), make.pattern(id=make.OTHER)))

    assert fault.code == "stix.too_large"


def test_a_bundle_without_objects_holds_no_method() -> None:
    assert stix.read_bundle(b'{"type": "bundle", "id": "bundle--1"}').methods == ()


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("[" * 14 + "]" * 14, id="deep"),
        pytest.param(json.dumps(list(range(5_001))), id="many"),
    ],
)
def test_unread_content_is_bounded(value: str) -> None:
    with pytest.raises(ValueError, match="too much"):
        parsing.check_foreign(json.loads(value))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(stix.Refused):
        stix.read_bundle(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(field=st.sampled_from([*make.pattern(), "extensions", "lang", "x_a"]), value=JSON)
def test_any_value_in_any_field_is_read_or_refused_and_what_is_read_comes_back(
    field: str, value: object
) -> None:
    found = {**make.pattern(), field: value}
    data = json.dumps({"type": "bundle", "objects": [found]}).encode()

    with contextlib.suppress(stix.Refused):
        method = stix.read_method(data)
        assert stix.read_method(stix.write_method(method)) == method
