from __future__ import annotations

import pytest
from pydantic import JsonValue

from mithaq.core.formats import stix
from mithaq.core.formats.stix.parsing import JsonObject
from mithaq.core.records.method import Relation, Translation
from tests.factories import methods as make
from tests.factories.bundles import beside, first_fault


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


def test_a_relationship_with_something_else_is_passed_over() -> None:
    identity = beside("identity", name="nobody", identity_class="organization")
    tie = beside(
        "relationship",
        relationship_type="attributed-to",
        source_ref=make.PATTERN,
        target_ref=identity["id"],
    )

    (method,) = stix.read_bundle(make.bundle(make.pattern(), identity, tie)).methods

    assert method.relations == ()


def test_only_an_attack_pattern_is_translated() -> None:
    identity = beside("identity", name="nobody", identity_class="organization")
    contents: JsonObject = {"fr": {"name": "personne"}}
    words = beside("language-content", object_ref=identity["id"], contents=contents)

    fault = first_fault(make.bundle(make.pattern(), identity, words))

    assert (fault.code, fault.field) == ("stix.bad_field", "object_ref")
