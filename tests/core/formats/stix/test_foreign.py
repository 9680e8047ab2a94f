from __future__ import annotations

from mithaq.core.formats import stix
from mithaq.core.formats.stix.parsing import JsonObject
from tests.factories import methods as make
from tests.factories.bundles import ours


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
