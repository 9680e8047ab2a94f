"""Resources: the YAML files that lawyers and linguists read, shipped inside the package.

Invariants: only files below `mithaq/resources` are read, and a mapping that names the same key
twice is refused (YAML 1.2.2, section 3.2.1.3), which PyYAML alone would let pass in silence.
A reader takes every value through `text`, `mapping`, `sequence`, so that a fault names its file
and its place in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable

import yaml

from mithaq.core.errors import MithaqError


class MalformedResource(MithaqError):
    """A resource file is absent or not of the form that its reader asks for."""

    code = "resource.malformed"


class _Loader(yaml.CSafeLoader):
    """The safe loader of PyYAML, except that a key may stand once only."""


def _mapping_once(loader: _Loader, node: yaml.MappingNode) -> dict[object, object]:
    found: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise MalformedResource(f"line {key_node.start_mark.line + 1}: a key is not text")
        if key in found:
            raise MalformedResource(f"line {key_node.start_mark.line + 1}: {key!r} stands twice")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_once)


def path(*names: str) -> Traversable:
    """Return the place of the resource `names`, such as `"codes", "purpose.yaml"`.

    Raises:
        MalformedResource: a name steps out of the folder of resources.
    """
    if any(name in {"", ".", ".."} or "/" in name or "\\" in name for name in names):
        raise MalformedResource(f"{names!r} is not the name of a resource")
    return resources.files("mithaq").joinpath("resources", *names)


def read_bytes(*names: str) -> bytes:
    """Return the content of the resource `names`.

    Raises:
        MalformedResource: there is no such file.
    """
    try:
        return path(*names).read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as fault:
        raise MalformedResource(f"{'/'.join(names)}: no such resource") from fault


def read_yaml(*names: str) -> Mapping[str, object]:
    """Return the mapping that the YAML resource `names` holds.

    Raises:
        MalformedResource: no such file, not YAML, a key twice, or not a mapping.
    """
    return parse_yaml(read_bytes(*names), where="/".join(names))


def parse_yaml(data: bytes, *, where: str) -> Mapping[str, object]:
    """Return the mapping that `data` (YAML, UTF-8) holds; faults name `where`.

    Raises:
        MalformedResource: not YAML, a key twice, or not a mapping.
    """
    try:
        value: object = yaml.load(data, Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except MalformedResource as fault:
        raise MalformedResource(f"{where}, {fault.detail}") from fault
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise MalformedResource(f"{where}: not YAML") from fault
    return mapping(value, where=where)


def names_in(*names: str) -> tuple[str, ...]:
    """Return the sorted names, without `.yaml`, of the YAML files in the folder `names`."""
    found = (entry.name for entry in path(*names).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def text(value: object, *, where: str) -> str:
    """Return `value` as text that is not blank.

    Raises:
        MalformedResource: it is something else.
    """
    if not isinstance(value, str) or not value.strip():
        raise MalformedResource(f"{where}: text is missing")
    return value


def mapping(value: object, *, where: str) -> Mapping[str, object]:
    """Return `value` as a mapping from text.

    Raises:
        MalformedResource: it is something else.
    """
    if not isinstance(value, dict):
        raise MalformedResource(f"{where}: a mapping is missing")
    return value


def sequence(value: object, *, where: str) -> Sequence[object]:
    """Return `value` as a list.

    Raises:
        MalformedResource: it is something else.
    """
    if not isinstance(value, list):
        raise MalformedResource(f"{where}: a list is missing")
    return value


def only(found: Mapping[str, object], known: frozenset[str], *, where: str) -> None:
    """Check that `found` holds no key that is not `known`.

    Raises:
        MalformedResource: it does; the fault names the keys.
    """
    strange = sorted(found.keys() - known)
    if strange:
        raise MalformedResource(f"{where}: unknown key {', '.join(strange)}")
