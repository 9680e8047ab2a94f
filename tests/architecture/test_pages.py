"""What the pages promise: tests that exist, decisions of one form, commands that are described."""

from __future__ import annotations

import ast
import functools
import pathlib
import re

import pytest

from mithaq.cli import reference
from tests.factories import sources

DOCS = sources.ROOT / "docs"
TEST_NAME = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
ADR_NAME = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
ADR_PARTS = ("## Context", "## Decision", "## Consequences")
ADR_LENGTH = 70  # lines, about a page
HEADER = "| Promise | Held by |"
CHANGE_NAME = re.compile(r"[a-z0-9-]+\.(added|changed|deprecated|removed|fixed|security)\.md")
CHANGE_LENGTH = 3  # lines

ADRS = sorted((DOCS / "adr").glob("*.md"))
CHANGES = [path for path in sorted((sources.ROOT / "changes").glob("*")) if path.stem != "README"]
PROMISES = [
    pytest.param(file, name, id=f"{page.name}: {name}")
    for page in sorted(DOCS.rglob("*.md"))
    for file, name in TEST_NAME.findall(page.read_text(encoding="utf-8"))
]


@functools.cache
def functions(file: str) -> frozenset[str]:
    path = sources.ROOT / file
    if not path.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("file", "name"), PROMISES)
def test_a_promise_names_a_test_that_exists(file: str, name: str) -> None:
    assert name in functions(file)


def test_every_promise_of_the_threat_model_names_its_test() -> None:
    text = (DOCS / "threat-model.md").read_text(encoding="utf-8")
    promises = text.partition("\n## Promises\n")[2].partition("\n## ")[0]
    lines = promises.splitlines()
    rows = [line for line in lines if line.startswith("| ") and line != HEADER]

    assert rows
    assert [row for row in rows if not TEST_NAME.search(row)] == []


@pytest.mark.parametrize("page", ADRS, ids=[page.stem for page in ADRS])
def test_a_decision_says_context_decision_and_consequences(page: pathlib.Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert ADR_NAME.fullmatch(page.name)
    assert [part for part in ADR_PARTS if f"\n{part}\n" not in text] == []
    assert len(text.splitlines()) <= ADR_LENGTH


def test_no_two_decisions_share_a_number() -> None:
    numbers = [page.name[:4] for page in ADRS]

    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("path", CHANGES, ids=[path.stem for path in CHANGES])
def test_a_change_is_told_in_one_sentence(path: pathlib.Path) -> None:
    assert CHANGE_NAME.fullmatch(path.name)
    assert 0 < len(path.read_text(encoding="utf-8").strip().splitlines()) <= CHANGE_LENGTH


def test_every_command_is_described() -> None:
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")

    assert [path for path in reference.paths() if f"## `mithaq {path}`" not in page] == []
