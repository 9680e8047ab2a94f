"""The fixed words: our extension, TLP 2.0, what others' types and relations mean to us.

Source: OASIS cti-stix-common-objects, TLP 2.0 extension (ids are published constants); FIRST,
Traffic Light Protocol 2.0; STIX 2.1 section 7.2.1.4 for the old markings that are refused.
"""

from __future__ import annotations

from types import MappingProxyType

# The version 5 UUIDs of "urn:mithaq:extension:method" and "urn:mithaq:identity" as URLs.
EXTENSION_ID = "extension-definition--cc561957-0024-51eb-b792-d48556ea07a7"
IDENTITY_ID = "identity--d1795206-9e56-579b-bfab-6b9732614e4a"
PROPERTY_EXTENSION = "property-extension"
TOPLEVEL_EXTENSION = "toplevel-property-extension"

TLP_EXTENSION_ID = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_CREATED = "2022-10-01T00:00:00.000Z"
TLP_MARKINGS = MappingProxyType(  # code of the list tlp: id of the marking-definition
    {
        "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        "amber-strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
)
TLP_OF_MARKING = MappingProxyType({key: code for code, key in TLP_MARKINGS.items()})
OLD_TLP_MARKINGS = frozenset(
    {
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",  # TLP:WHITE
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",  # TLP:GREEN of 1.0
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",  # TLP:AMBER of 1.0
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",  # TLP:RED of 1.0
    }
)

# Types of others that tell us nothing we keep: read, checked in outline, counted, passed over.
PASSED_OVER = frozenset(
    {
        "identity",
        "extension-definition",
        "x-mitre-collection",
        "x-mitre-matrix",
        "x-mitre-tactic",
    }
)
# Types whose creation times others leave out.
UNDATED = frozenset({"x-mitre-collection"})

RELATIONS = frozenset(
    {"derived-from", "duplicate-of", "related-to", "revoked-by", "subtechnique-of"}
)

# What a kill chain of others says beyond its phases: the key under `maps` in the list
# method-stage, and the offences that all its techniques belong to.
FRAMEWORK_STAGES = MappingProxyType({"mitre-f3": "f3"})
FRAMEWORK_OFFENCES = MappingProxyType({"mitre-f3": ("financial-crime",)})


def tlp_word(code: str) -> str:
    """Return how the TLP 2.0 extension writes `code`."""
    return code.replace("-", "+")
