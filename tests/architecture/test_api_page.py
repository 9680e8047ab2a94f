"""docs/reference/api.md names every address of the machine API, and no other."""

from __future__ import annotations

import pathlib
import re

from mithaq.site.api import api

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "api.md"
ADDRESS = re.compile(r"^\| `([A-Z]+ /api/v1/[^`]*)` \|", re.MULTILINE)


def test_the_page_has_every_address() -> None:
    served = {
        f"{method.upper()} {path}"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }

    assert set(ADDRESS.findall(PAGE.read_text("utf-8"))) == served
