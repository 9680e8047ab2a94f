"""Objects of STIX bundles beside attack-patterns, and the faults that a bundle is refused for."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from mithaq.core.formats import stix
from mithaq.core.formats.stix.parsing import JsonObject
from tests.factories import methods as make


def first_fault(data: bytes) -> stix.Fault:
    with pytest.raises(stix.Refused) as refused:
        stix.read_bundle(data)
    return refused.value.faults[0]


def ours(**fields: JsonValue) -> JsonObject:
    extension: JsonObject = {"extension_type": "property-extension", **fields}
    extensions: JsonObject = {stix.EXTENSION_ID: extension}
    return make.pattern(extensions=extensions)


def beside(kind: str, **fields: JsonValue) -> JsonObject:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e0a",
        "created": "2026-09-01T08:30:00.000Z",
        "modified": "2026-09-01T08:30:00.000Z",
        **fields,
    }


def marking(**fields: JsonValue) -> JsonObject:
    plain = beside("marking-definition", **fields)
    return {key: value for key, value in plain.items() if key != "modified"}
