from __future__ import annotations

import pytest
from pydantic import JsonValue

from mithaq.core.formats import stix
from mithaq.core.formats.stix.vocabulary import TLP_MARKINGS
from tests.factories import methods as make
from tests.factories.bundles import first_fault, ours

OLD_WHITE = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
UNKNOWN_MARKING = "marking-definition--6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e0f"


def test_a_plain_attack_pattern_is_read() -> None:
    bundle = stix.read_bundle(make.bundle(make.pattern(confidence=50, lang="ar")))

    (method,) = bundle.methods
    assert (method.title, method.language, method.confidence) == (
        "False parcel text message",
        "ar",
        50,
    )
    assert (method.created, method.modified) == (make.CREATED, make.MODIFIED)


def test_a_text_without_a_language_is_english() -> None:
    assert stix.read_method(make.bundle(make.pattern())).language == "en"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        pytest.param({"confidence": 900}, "bad_field", "confidence", id="confidence-900"),
        pytest.param({"confidence": -1}, "bad_field", "confidence", id="confidence-negative"),
        pytest.param({"confidence": "50"}, "bad_field", "confidence", id="confidence-text"),
        pytest.param({"confidence": True}, "bad_field", "confidence", id="confidence-true"),
        pytest.param({"confidence": 50.5}, "bad_field", "confidence", id="confidence-half"),
        pytest.param(
            {"modified": "2026-08-01T08:30:00.000Z"}, "bad_times", "modified", id="before-created"
        ),
        pytest.param({"created": "yesterday"}, "bad_field", "created", id="no-instant"),
        pytest.param({"created": "2026-09-01 08:30:00Z"}, "bad_field", "created", id="no-T"),
        pytest.param({"created": "2026-09-01T08:30:00"}, "bad_field", "created", id="no-zone"),
        pytest.param(
            {"created": "2026-09-01T08:30:00+02:00"}, "bad_field", "created", id="other-zone"
        ),
        pytest.param({"created": "2026-02-30T08:30:00Z"}, "bad_field", "created", id="no-date"),
        pytest.param({"modified": None}, "bad_field", "modified", id="no-modified"),
        pytest.param({"created": 1_790_000_000}, "bad_field", "created", id="instant-number"),
        pytest.param({"name": None}, "bad_field", "name", id="no-name"),
        pytest.param({"name": ""}, "bad_field", "name", id="empty-name"),
        pytest.param({"name": 5}, "bad_field", "name", id="name-number"),
        pytest.param({"name": "a" * 301}, "bad_field", "name", id="name-too-long"),
        pytest.param({"name": "a\0b"}, "bad_field", "name", id="null-character"),
        pytest.param({"name": "a\x1b[2J"}, "bad_field", "name", id="terminal-escape"),
        pytest.param({"description": "a" * 20_001}, "bad_field", "description", id="text-too-long"),
        pytest.param({"type": "malware"}, "unknown_type", "type", id="unknown-type"),
        pytest.param({"type": None}, "unknown_type", "type", id="no-type"),
        pytest.param({"type": ["a"]}, "unknown_type", "type", id="type-list"),
        pytest.param({"id": None}, "bad_field", "id", id="no-id"),
        pytest.param({"id": "attack-pattern--1"}, "bad_field", "id", id="short-id"),
        pytest.param({"id": make.PATTERN.upper()}, "bad_field", "id", id="id-capitals"),
        pytest.param(
            {"id": make.PATTERN.replace("attack-pattern", "malware")},
            "bad_field",
            "id",
            id="id-of-other-type",
        ),
        pytest.param({"id": make.PATTERN + "\n"}, "bad_field", "id", id="id-line-end"),
        pytest.param({"spec_version": "2.0"}, "bad_field", "spec_version", id="version-2.0"),
        pytest.param({"spec_version": None}, "bad_field", "spec_version", id="no-version"),
        pytest.param({"lang": "English!"}, "bad_field", "lang", id="no-language"),
        pytest.param({"revoked": "true"}, "bad_field", "revoked", id="revoked-text"),
        pytest.param({"labels": "one"}, "bad_field", "labels", id="labels-text"),
        pytest.param({"foo": 1}, "bad_field", "foo", id="undeclared-property"),
        pytest.param({"extensions": {"foo": {}}}, "bad_field", "extensions", id="extension-name"),
        pytest.param(
            {"kill_chain_phases": [{"kill_chain_name": "a"}]},
            "bad_field",
            "kill_chain_phases.0.phase_name",
            id="half-a-phase",
        ),
        pytest.param(
            {"external_references": [{"source_name": "a"}]},
            "bad_field",
            "external_references.0",
            id="empty-reference",
        ),
        pytest.param(
            {"external_references": [{"source_name": "a", "url": "javascript:alert(1)"}]},
            "bad_field",
            "external_references.0.url",
            id="script-address",
        ),
        pytest.param(
            {"object_marking_refs": [OLD_WHITE]}, "bad_marking", "object_marking_refs", id="tlp-1"
        ),
        pytest.param(
            {"object_marking_refs": [UNKNOWN_MARKING]},
            "bad_marking",
            "object_marking_refs",
            id="undefined-marking",
        ),
        pytest.param(
            {"object_marking_refs": [TLP_MARKINGS["red"], TLP_MARKINGS["green"]]},
            "bad_marking",
            "object_marking_refs",
            id="two-tlp-levels",
        ),
        pytest.param(
            {"granular_markings": [{"lang": "en", "selectors": ["name"]}]},
            "bad_marking",
            "granular_markings",
            id="marking-of-a-field",
        ),
        pytest.param({"x_half": "\ud800"}, "bad_field", "what is not known here", id="surrogate"),
        pytest.param({"x_null": "a\0"}, "bad_field", "what is not known here", id="kept-null"),
    ],
)
def test_one_wrong_field_refuses_the_file_and_is_named(
    changes: dict[str, JsonValue], code: str, field: str
) -> None:
    broken = {**make.pattern(id=make.OTHER), **changes}
    data = make.bundle(
        make.pattern(), {key: value for key, value in broken.items() if value is not None}
    )

    fault = first_fault(data)

    assert (fault.code, fault.field) == (f"stix.{code}", field)
    named = {make.OTHER, "object 2", broken["id"]}
    assert fault.object_id in named
    assert fault.object_id in str(fault)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({"offences": ["no-such"]}, "offences.0", id="offence"),
        pytest.param({"stages": ["no-such"]}, "stages.0", id="stage"),
        pytest.param({"devices": ["no-such"]}, "devices.0", id="device"),
        pytest.param({"concealment": ["no-such"]}, "concealment.0", id="concealment"),
        pytest.param({"route": [{"role": "no-such"}]}, "route.0.role", id="role"),
        pytest.param(
            {"route": [{"role": "transit", "country": "Xa"}]}, "route.0.country", id="land"
        ),
        pytest.param({"route": [{"role": "transit", "foo": 1}]}, "route.0.foo", id="unknown-part"),
        pytest.param({"victims": [{"kind": "no-such"}]}, "victims.0.kind", id="victims"),
        pytest.param(
            {"losses": [{"amount": 1.5, "currency": "XTS"}]}, "losses.0.amount", id="fraction"
        ),
        pytest.param(
            {"losses": [{"amount": -1, "currency": "XTS"}]}, "losses.0.amount", id="negative"
        ),
        pytest.param(
            {"losses": [{"amount": 1, "currency": "xts"}]}, "losses.0.currency", id="currency"
        ),
        pytest.param(
            {"counter_measures": [{"code": "no-such"}]}, "counter_measures.0.code", id="measure"
        ),
        pytest.param({"supplier": {"kind": "no-such"}}, "supplier.kind", id="supplier"),
        pytest.param(
            {"supplier": {"kind": "transporter", "name": "X"}}, "supplier", id="name-without-nature"
        ),
        pytest.param(
            {"supplier": {"kind": "transporter", "name": "X", "nature": "person"}},
            "supplier",
            id="person-without-category",
        ),
        pytest.param(
            {
                "supplier": {
                    "kind": "transporter",
                    "name": "X",
                    "nature": "person",
                    "category": "victim",
                }
            },
            "supplier",
            id="victim-as-supplier",
        ),
        pytest.param({"handling": "h9"}, "handling", id="handling"),
        pytest.param({"source_grade": "z"}, "source_grade", id="source-grade"),
        pytest.param({"information_grade": "9"}, "information_grade", id="information-grade"),
        pytest.param({"expires": "soon"}, "expires", id="expires"),
        pytest.param({"extension_type": "new-sdo"}, "extension_type", id="extension-type"),
        pytest.param({"foreign": {"extensions": {}}}, "foreign", id="hidden-extensions"),
        pytest.param(
            {"relations": [{"kind": "no-such", "target": make.OTHER}]}, "relations", id="relation"
        ),
    ],
)
def test_a_wrong_field_of_our_extension_is_named(fields: dict[str, JsonValue], field: str) -> None:
    fault = first_fault(make.bundle(ours(**fields)))

    assert fault.code == "stix.bad_field"
    assert fault.field == f"extensions.{stix.EXTENSION_ID}.{field}"


def test_phases_of_a_known_framework_become_stages() -> None:
    phases: list[JsonValue] = [
        {"kill_chain_name": "mitre-f3", "phase_name": "monetization"},
        {"kill_chain_name": "other", "phase_name": "execution"},
    ]

    method = stix.read_method(make.bundle(make.pattern(kill_chain_phases=phases)))

    assert method.stages == ("monetisation",)
    assert method.offences == ("financial-crime",)
