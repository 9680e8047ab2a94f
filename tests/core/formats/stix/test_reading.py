"""A bundle is read whole or refused whole, with the object and the fault named."""

from __future__ import annotations

import os
import pathlib

import pytest
import stix2
from pydantic import JsonValue

from mithaq.core.formats import stix
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.formats.stix.vocabulary import OLD_TLP_MARKINGS, TLP_MARKINGS
from mithaq.core.records.method import Relation, Translation
from tests.factories import methods as make

F3 = pathlib.Path(os.environ.get("MITHAQ_SHARED", "../shared"), "data/f3/f3-stix-v1.1.json")
OLD_WHITE = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
UNKNOWN_MARKING = "marking-definition--6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e0f"


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


# --- What the issue names, and its kin: one changed field refuses the file ----------------------


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


def test_the_same_id_twice_is_refused() -> None:
    fault = first_fault(make.bundle(make.pattern(), make.pattern()))

    assert (fault.code, fault.object_id) == ("stix.duplicate_id", make.PATTERN)


def test_null_stands_nowhere() -> None:
    fault = first_fault(make.bundle({**make.pattern(), "description": None}))

    assert (fault.code, fault.field) == ("stix.bad_field", "description")


def test_several_faults_are_told_at_once_up_to_a_limit() -> None:
    broken = [
        make.pattern(id=f"{make.PATTERN[:-2]}{number:02x}", confidence=900) for number in range(40)
    ]

    with pytest.raises(stix.Refused) as refused:
        stix.read_bundle(make.bundle(*broken))

    assert len(refused.value.faults) == 20
    assert "and 20 more" in str(refused.value)


def test_a_fault_does_not_repeat_what_the_file_says() -> None:
    with pytest.raises(stix.Refused) as refused:
        stix.read_bundle(make.bundle(make.pattern(description="secret\0words")))

    assert "secret" not in str(refused.value)


# --- Beside the attack-patterns ------------------------------------------------------------------


def test_a_relationship_becomes_a_relation_of_its_source() -> None:
    tie = beside(
        "relationship",
        relationship_type="subtechnique-of",
        source_ref=make.PATTERN,
        target_ref=make.OTHER,
    )

    child, parent = stix.read_bundle(
        make.bundle(make.pattern(), make.pattern(id=make.OTHER), tie)
    ).methods

    assert child.relations == (Relation(kind="subtechnique-of", target=parent.key),)
    assert parent.relations == ()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        pytest.param({"target_ref": make.OTHER}, "dangling", "target_ref", id="no-target"),
        pytest.param({"source_ref": make.OTHER}, "dangling", "source_ref", id="no-source"),
        pytest.param({"source_ref": "x"}, "bad_field", "source_ref", id="no-id"),
        pytest.param({"relationship_type": "likes"}, "bad_field", "relationship_type", id="type"),
    ],
)
def test_a_wrong_relationship_refuses_the_file(
    changes: dict[str, JsonValue], code: str, field: str
) -> None:
    plain: JsonObject = {
        "relationship_type": "related-to",
        "source_ref": make.PATTERN,
        "target_ref": make.PATTERN,
    }
    tie = beside("relationship", **{**plain, **changes})

    fault = first_fault(make.bundle(make.pattern(), tie))

    assert (fault.code, fault.field, fault.object_id) == (f"stix.{code}", field, tie["id"])


def test_language_content_becomes_translations() -> None:
    contents: JsonObject = {"fr": {"name": "SMS de faux colis"}, "ar": {"name": "رسالة"}}
    words = beside("language-content", object_ref=make.PATTERN, contents=contents)

    (method,) = stix.read_bundle(make.bundle(words, make.pattern())).methods

    assert method.translations == (
        Translation(language="ar", title="رسالة"),
        Translation(language="fr", title="SMS de faux colis"),
    )


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        pytest.param({"object_ref": make.OTHER}, "dangling", "object_ref", id="no-object"),
        pytest.param(
            {"object_modified": "2026-09-02T08:30:00.000Z"},
            "bad_field",
            "object_modified",
            id="other-version",
        ),
        pytest.param({"contents": {"en": {"name": "x"}}}, "bad_field", "contents.en", id="own"),
        pytest.param({"contents": {"fr": {}}}, "bad_field", "contents.fr", id="nothing"),
        pytest.param({"contents": {}}, "bad_field", "contents", id="no-language"),
        pytest.param(
            {"contents": {"fr": {"aliases": ["x"]}}},
            "bad_field",
            "contents.fr.aliases",
            id="other-field",
        ),
    ],
)
def test_a_wrong_translation_refuses_the_file(
    changes: dict[str, JsonValue], code: str, field: str
) -> None:
    plain: JsonObject = {"object_ref": make.PATTERN, "contents": {"fr": {"name": "x"}}}
    words = beside("language-content", **{**plain, **changes})

    fault = first_fault(make.bundle(make.pattern(), words))

    assert (fault.code, fault.field, fault.object_id) == (f"stix.{code}", field, words["id"])


def test_two_translations_into_one_language_are_refused() -> None:
    contents: JsonObject = {"fr": {"name": "x"}}
    one = beside("language-content", object_ref=make.PATTERN, contents=contents)
    two = {**one, "id": str(one["id"])[:-1] + "b"}

    fault = first_fault(make.bundle(make.pattern(), one, two))

    assert (fault.field, fault.object_id) == ("contents.fr", two["id"])


# --- Markings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(TLP_MARKINGS))
def test_each_level_of_tlp_2_is_read_without_its_definition(code: str) -> None:
    data = make.bundle(make.pattern(object_marking_refs=[TLP_MARKINGS[code]]))

    assert stix.read_method(data).tlp == code


def test_a_statement_is_kept_in_its_words() -> None:
    said = marking(definition_type="statement", definition={"statement": "Copyright of nobody."})
    data = make.bundle(said, make.pattern(object_marking_refs=[said["id"]]))

    assert stix.read_method(data).statements == ("Copyright of nobody.",)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"definition_type": "tlp", "definition": {"tlp": "white"}}, id="tlp-1"),
        pytest.param({"definition_type": "statement", "definition": {}}, id="empty-statement"),
        pytest.param({"definition_type": "secret", "definition": {"a": 1}}, id="unknown"),
        pytest.param(
            {
                "extensions": {
                    "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                        "extension_type": "property-extension",
                        "tlp_2_0": "clear",
                    }
                }
            },
            id="tlp-2-under-another-id",
        ),
        pytest.param({"id": TLP_MARKINGS["red"], "name": "TLP:CLEAR"}, id="published-id-altered"),
    ],
)
def test_a_marking_that_cannot_be_honoured_refuses_the_file(changes: dict[str, JsonValue]) -> None:
    fault = first_fault(make.bundle(make.pattern(), marking(**changes)))

    assert fault.code == "stix.bad_marking"


@pytest.mark.parametrize("key", sorted(OLD_TLP_MARKINGS))
def test_no_level_of_tlp_1_is_taken(key: str) -> None:
    fault = first_fault(make.bundle(make.pattern(object_marking_refs=[key])))

    assert fault.code == "stix.bad_marking"
    assert "TLP 1.0" in fault.detail


# --- What others added -------------------------------------------------------------------------------


def test_old_style_custom_properties_survive() -> None:
    data = make.bundle(make.pattern(x_mitre_platforms=["F3"]))

    method = stix.read_method(data)

    assert method.foreign == {"x_mitre_platforms": ["F3"]}
    assert stix.read_method(stix.write_method(method)) == method


def test_the_extension_of_somebody_else_survives() -> None:
    key = "extension-definition--6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e11"
    theirs: JsonObject = {key: {"extension_type": "property-extension", "mass": 3}}

    method = stix.read_method(make.bundle(make.pattern(extensions=theirs)))
    written = stix.read_bundle(stix.write_method(method))

    assert method.foreign == {"extensions": theirs}
    assert written.methods == (method,)
    assert any(key in str(found.get("extensions")) for found in written.objects)


def test_a_toplevel_extension_lets_its_properties_in() -> None:
    key = "extension-definition--6f3f0c59-9d2a-5b6e-8c53-0d7a2a4b1e11"
    theirs: JsonObject = {key: {"extension_type": "toplevel-property-extension"}}

    method = stix.read_method(make.bundle(make.pattern(extensions=theirs, weight=3)))

    assert method.foreign["weight"] == 3


def test_a_field_that_a_newer_version_added_survives() -> None:
    method = stix.read_method(make.bundle(ours(added_later={"kept": True})))

    assert method.extra == {"added_later": {"kept": True}}
    assert stix.read_method(stix.write_method(method)) == method


def test_what_is_kept_unread_is_still_screened() -> None:
    method = stix.read_method(make.bundle(make.pattern(x_note={"deep": ["hidden words"]})))

    assert "hidden words" in {text.value for text in method.facts().texts}


def test_phases_of_a_known_framework_become_stages() -> None:
    phases: list[JsonValue] = [
        {"kill_chain_name": "mitre-f3", "phase_name": "monetization"},
        {"kill_chain_name": "other", "phase_name": "execution"},
    ]

    method = stix.read_method(make.bundle(make.pattern(kill_chain_phases=phases)))

    assert method.stages == ("monetisation",)
    assert method.offences == ("financial-crime",)


def test_other_known_types_are_passed_over_and_counted() -> None:
    identity = beside("identity", name="nobody", identity_class="organization")

    bundle = stix.read_bundle(make.bundle(identity, make.pattern()))

    assert bundle.passed_over == {"identity": 1}
    assert len(bundle.methods) == 1


@pytest.mark.parametrize("number", [0, 2], ids=["none", "two"])
def test_the_wire_carries_exactly_one_method(number: int) -> None:
    patterns = [make.pattern(id=key) for key in (make.PATTERN, make.OTHER)]

    with pytest.raises(stix.Refused):
        stix.read_method(make.bundle(*patterns[:number]))


def test_progress_ends_at_the_number_of_objects() -> None:
    told: list[tuple[int, int]] = []

    stix.read_bundle(make.bundle(make.pattern()), progress=lambda *now: told.append(now))

    assert told[-1] == (1, 1)


# --- The library as oracle ---------------------------------------------------------------------------

REFUSED_BY_STIX2: list[dict[str, JsonValue]] = [
    {"id": "attack-pattern--1"},
    {"created": "yesterday"},
    {"created": "2026-09-01T08:30:00.1234567Z"},
    {"spec_version": "2.0"},
    {"kill_chain_phases": [{"kill_chain_name": "a"}]},
    {"external_references": [{"source_name": "a"}]},
    {"external_references": [{"source_name": "a", "url": "http://a", "x": 1}]},
    {"created_by_ref": "identity--1"},
    {"extensions": {"nope": {"a": 1}}},
    {"undeclared": 1},
    {"object_marking_refs": ["marking-definition--1"]},
]


@pytest.mark.parametrize("changes", REFUSED_BY_STIX2, ids=str)
def test_what_stix2_refuses_we_refuse(changes: dict[str, JsonValue]) -> None:
    broken = {**make.pattern(), **changes}
    with pytest.raises((stix2.exceptions.STIXError, ValueError)):
        stix2.parse(broken, allow_custom=False)

    assert first_fault(make.bundle(broken)).object_id in {make.PATTERN, "object 1"}


@pytest.mark.foreign
@pytest.mark.skipif(not F3.is_file(), reason="the folder of foreign test data is absent")
def test_all_techniques_of_f3_are_read_and_come_back_as_they_were() -> None:
    bundle = stix.read_bundle(F3.read_bytes())

    assert len(bundle.methods) == 123
    assert sum(len(method.relations) for method in bundle.methods) == 49
    assert bundle.passed_over == {
        "x-mitre-collection": 1,
        "x-mitre-matrix": 1,
        "x-mitre-tactic": 8,
    }
    for method in bundle.methods:
        assert stix.read_method(stix.write_method(method)) == method
