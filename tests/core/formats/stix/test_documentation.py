from __future__ import annotations

import json
import pathlib
import re

from mithaq.core.formats import stix
from mithaq.core.formats.stix.objects import AttackPattern, Extension
from mithaq.core.formats.stix.vocabulary import PASSED_OVER, RELATIONS, TLP_MARKINGS

ROOT = pathlib.Path(__file__).parents[4]
PAGE = (ROOT / "docs/reference/method-record.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_is_what_we_write() -> None:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None

    method = stix.read_method(found[1].encode())

    assert json.loads(stix.write_method(method)) == json.loads(found[1])


def test_the_page_names_every_field_type_and_id() -> None:
    fields = {*AttackPattern.model_fields, *Extension.model_fields} - {"extension_type"}
    names = {*fields, *PASSED_OVER, *TLP_MARKINGS.values(), stix.EXTENSION_ID} - {"extensions"}

    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []
    assert [name for name in sorted(RELATIONS) if name not in PAGE] == []
