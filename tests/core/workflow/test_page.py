from __future__ import annotations

import pathlib

from mithaq.core.workflow.page import diagrams

PAGE = pathlib.Path(__file__).parents[3] / "docs/reference/workflows.md"


def test_every_table_has_a_diagram_and_its_rules() -> None:
    page = diagrams()

    for name in ("evidence", "hold", "method", "received-method"):
        assert f"## {name}\n" in page
    assert page.count("```mermaid\nstateDiagram-v2\n") == 4
    assert page.count("| Act | From | To |") == 4


def test_the_page_in_the_reference_is_of_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == diagrams()
