"""From methods to a bundle that others read.

Ids and instants come from the records, so the same methods give the same bytes. Properties of
others that stood outside our extension travel inside it, under `foreign`: STIX 2.1 asks for
extensions there, and strict readers refuse anything else.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Sequence

from pydantic import JsonValue, TypeAdapter

from mithaq.core.formats.stix.markings import tlp_marking
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.formats.stix.vocabulary import (
    EXTENSION_ID,
    IDENTITY_ID,
    PROPERTY_EXTENSION,
)
from mithaq.core.records.method import Method, Reference, Relation

_PUBLISHED = "2026-11-21T00:00:00.000Z"  # of the definition of our extension
_OWN_FIELDS = (
    "offences",
    "stages",
    "objects",
    "devices",
    "concealment",
    "route",
    "victims",
    "losses",
    "counter_measures",
    "supplier",
    "source_grade",
    "information_grade",
    "handling",
)
_METHOD: TypeAdapter[Method] = TypeAdapter(Method)


def write_method(method: Method) -> bytes:
    """Return the bundle of one method: the form of a method on the wire. UTF-8 JSON."""
    return _bundle(method.key, _objects(method))


def write_bundle(methods: Sequence[Method], *, key: uuid.UUID) -> bytes:
    """Return a bundle of `methods` with the id `key`, for other systems. UTF-8 JSON.

    It also defines our extension and repeats ties between its methods as relationships.
    """
    present = {method.key for method in methods}
    objects: dict[str, JsonObject] = {str(one["id"]): one for one in _definition()}
    for method in methods:
        objects.update({str(one["id"]): one for one in _objects(method)})
        ties = (relation for relation in method.relations if relation.target in present)
        objects.update({str(one["id"]): one for one in _relationships(method, ties)})
    return _bundle(key, objects.values())


def _bundle(key: uuid.UUID, objects: Iterable[JsonObject]) -> bytes:
    bundle = {"type": "bundle", "id": f"bundle--{key}", "objects": list(objects)}
    return json.dumps(bundle, separators=(",", ":"), ensure_ascii=False).encode()


def _objects(method: Method) -> list[JsonObject]:
    marked: list[JsonObject] = [] if method.tlp is None else [tlp_marking(method.tlp)]
    marked += [_statement(words, method) for words in method.statements]
    pattern = _attack_pattern(method, references=[str(one["id"]) for one in marked])
    return [*marked, pattern, *_language_content(method)]


def _attack_pattern(method: Method, *, references: Sequence[str]) -> JsonObject:
    others = method.foreign.get("extensions", {})
    extensions = dict(others) if isinstance(others, dict) else {}
    extensions[EXTENSION_ID] = _extension(method)
    given: JsonObject = {
        "description": method.description,
        "aliases": list(method.aliases),
        "kill_chain_phases": [
            {"kill_chain_name": phase.chain, "phase_name": phase.name} for phase in method.phases
        ],
        "labels": list(method.labels),
        "external_references": [_reference(one) for one in method.references],
        "object_marking_refs": list(references),
    }
    if method.created_by is not None:
        given["created_by_ref"] = f"identity--{method.created_by}"
    if method.confidence is not None:
        given["confidence"] = method.confidence
    return {
        **_outline("attack-pattern", key=method.key, method=method),
        "name": method.title,
        "lang": method.language,
        "revoked": method.revoked,
        **{name: value for name, value in given.items() if value not in ("", [])},
        "extensions": extensions,
    }


def _extension(method: Method) -> JsonObject:
    values = _METHOD.dump_python(
        method, mode="json", include=set(_OWN_FIELDS), exclude_defaults=True
    )
    found: JsonObject = {
        **method.extra,
        "extension_type": PROPERTY_EXTENSION,
        **{name: values[name] for name in _OWN_FIELDS if name in values},
    }
    if method.expires is not None:
        found["expires"] = instant(method.expires)
    if method.relations:
        found["relations"] = [
            {"kind": one.kind, "target": f"attack-pattern--{one.target}"}
            for one in method.relations
        ]
    foreign = {key: value for key, value in method.foreign.items() if key != "extensions"}
    if foreign:
        found["foreign"] = foreign
    return found


def _reference(one: Reference) -> JsonObject:
    given = {"url": one.url, "external_id": one.external_id, "description": one.description}
    found: JsonObject = {"source_name": one.source}
    found.update({name: text for name, text in given.items() if text})
    if one.hashes:
        found["hashes"] = dict(one.hashes)
    return found


def _language_content(method: Method) -> list[JsonObject]:
    if not method.translations:
        return []
    contents: dict[str, JsonValue] = {
        one.language: {
            name: text
            for name, text in (("name", one.title), ("description", one.description))
            if text
        }
        for one in method.translations
    }
    key = uuid.uuid5(method.key, "language-content")
    return [
        {
            **_outline("language-content", key=key, method=method),
            "object_ref": f"attack-pattern--{method.key}",
            "object_modified": instant(method.modified),
            "contents": contents,
        }
    ]


def _relationships(method: Method, relations: Iterable[Relation]) -> list[JsonObject]:
    return [
        {
            **_outline(
                "relationship",
                key=uuid.uuid5(method.key, f"{one.kind} {one.target}"),
                method=method,
            ),
            "relationship_type": one.kind,
            "source_ref": f"attack-pattern--{method.key}",
            "target_ref": f"attack-pattern--{one.target}",
        }
        for one in relations
    ]


def _statement(words: str, method: Method) -> JsonObject:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": f"marking-definition--{uuid.uuid5(method.key, words)}",
        "created": instant(method.created),
        "definition_type": "statement",
        "definition": {"statement": words},
    }


def _definition() -> list[JsonObject]:
    times: JsonObject = {"created": _PUBLISHED, "modified": _PUBLISHED}
    identity: JsonObject = {
        "type": "identity",
        "spec_version": "2.1",
        "id": IDENTITY_ID,
        **times,
        "name": "Mithaq",
        "identity_class": "system",
    }
    definition: JsonObject = {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION_ID,
        "created_by_ref": IDENTITY_ID,
        **times,
        "name": "Criminal method",
        "description": "What police bureaus add to an attack-pattern: offences, stages, objects, "
        "devices, concealment, route, victims, losses, counter-measures, supplier, grades.",
        "schema": "docs/reference/method-record.md",
        "version": "1.0.0",
        "extension_types": [PROPERTY_EXTENSION],
    }
    return [identity, definition]


def _outline(kind: str, *, key: uuid.UUID, method: Method) -> JsonObject:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{key}",
        "created": instant(method.created),
        "modified": instant(method.modified),
    }


def instant(at: dt.datetime) -> str:
    """Return `at` as STIX writes instants: UTC, milliseconds, or microseconds if it has them."""
    precision = "microseconds" if at.microsecond % 1000 else "milliseconds"
    return at.astimezone(dt.UTC).isoformat(timespec=precision).replace("+00:00", "Z")
