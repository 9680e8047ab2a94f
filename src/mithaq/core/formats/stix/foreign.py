"""What others added to an attack-pattern: kept where STIX allows it, refused elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from mithaq.core.formats.stix.faults import Fault
from mithaq.core.formats.stix.objects import AttackPattern, Extension
from mithaq.core.formats.stix.parsing import JsonObject, check_foreign
from mithaq.core.formats.stix.vocabulary import EXTENSION_ID, RELATIONS, TOPLEVEL_EXTENSION

_OUTLINE = frozenset({"type", "spec_version"})
_OURS = f"extensions.{EXTENSION_ID}"


def kept(pattern: AttackPattern, extension: Extension) -> JsonObject:
    """Return the properties and extensions that we keep without understanding them."""
    added = pattern.model_extra or {}
    found = {**extension.foreign, **{key: added[key] for key in added if key not in _OUTLINE}}
    if pattern.extensions:
        found["extensions"] = dict(pattern.extensions)
    return found


def faults(pattern: AttackPattern, extension: Extension, *, name: str) -> Iterator[Fault]:
    """Yield what may not be kept: undeclared properties, markings of fields, wild content."""
    yield from _of_properties(pattern, name=name)
    yield from _of_extensions(pattern, extension, name=name)
    for added in (pattern.model_extra, extension.model_extra):
        try:
            check_foreign(added or {})
        except ValueError as fault:
            yield _bad(name, "what is not known here", str(fault))


def _of_properties(pattern: AttackPattern, *, name: str) -> Iterator[Fault]:
    added = set(pattern.model_extra or ()) - _OUTLINE
    if "granular_markings" in added:
        yield Fault(
            code="stix.bad_marking",
            object_id=name,
            field="granular_markings",
            detail="markings of single fields cannot be honoured here",
        )
    if not _declares_properties(pattern):
        for key in sorted(added):
            if not key.startswith("x_"):
                yield _bad(name, key, "not a property of an attack-pattern")


def _declares_properties(pattern: AttackPattern) -> bool:
    return any(
        isinstance(one, dict) and one.get("extension_type") == TOPLEVEL_EXTENSION
        for one in pattern.extensions.values()
    )


def _of_extensions(pattern: AttackPattern, extension: Extension, *, name: str) -> Iterator[Fault]:
    for key in pattern.extensions:
        if not key.startswith("extension-definition--"):
            yield _bad(name, "extensions", f"{key[:64]!r} is not the id of an extension-definition")
    if "extensions" in extension.foreign:
        yield _bad(name, f"{_OURS}.foreign", "extensions stand outside")
    for one in extension.relations:
        if one.kind not in RELATIONS:
            yield _bad(name, f"{_OURS}.relations", f"{one.kind!r} is not a relation of methods")


def _bad(name: str, field: str, detail: str) -> Fault:
    return Fault(code="stix.bad_field", object_id=name, field=field, detail=detail)
