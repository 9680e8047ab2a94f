from __future__ import annotations

import pytest
from pydantic import JsonValue

from mithaq.core.formats import stix
from mithaq.core.formats.stix.vocabulary import OLD_TLP_MARKINGS, TLP_MARKINGS
from tests.factories import methods as make
from tests.factories.bundles import first_fault, marking


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
