from __future__ import annotations

import pytest

from mithaq.core import resources
from mithaq.core.resources import MalformedResource


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    with pytest.raises(MalformedResource, match=r"x.yaml, line 3: 'a' stands twice"):
        resources.parse_yaml(b"a: 1\nb: 2\na: 3\n", where="x.yaml")


def test_a_key_that_stands_twice_deep_inside_is_refused() -> None:
    with pytest.raises(MalformedResource, match="'b' stands twice"):
        resources.parse_yaml(b"a:\n  - b: 1\n    b: 2\n", where="x.yaml")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        pytest.param(b"a: [", "not YAML", id="not YAML"),
        pytest.param(b"\xff\xfe\x00", "not YAML", id="not text"),
        pytest.param(b"- a\n", "a mapping is missing", id="a list"),
        pytest.param(b"", "a mapping is missing", id="nothing"),
        pytest.param(b"no: 1\n", "a key is not text", id="a key that YAML reads as false"),
        pytest.param(b"a: !!python/object/apply:os.getcwd []\n", "not YAML", id="a python object"),
    ],
)
def test_what_is_no_plain_mapping_is_refused(data: bytes, fault: str) -> None:
    with pytest.raises(MalformedResource, match=fault):
        resources.parse_yaml(data, where="x.yaml")


@pytest.mark.parametrize(
    "names", [("..", "core", "ids.py"), ("codes/../x",), ("",), ("codes", "..\\x"), (".",)]
)
def test_no_name_steps_out_of_the_folder(names: tuple[str, ...]) -> None:
    with pytest.raises(MalformedResource, match="not the name of a resource"):
        resources.read_bytes(*names)


@pytest.mark.parametrize("names", [("codes", "none.yaml"), ("codes",), ("none", "none.yaml")])
def test_an_absent_resource_is_named(names: tuple[str, ...]) -> None:
    with pytest.raises(MalformedResource, match="no such resource"):
        resources.read_bytes(*names)


def test_the_files_of_a_folder_are_listed_without_their_ending() -> None:
    assert "purpose" in resources.names_in("codes")
    assert resources.names_in("gate") == ("inflections", "limits")
