"""Rows change only in actions and models, so that every change has one home and one entry."""

from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Iterator

import pytest

from tests.factories import sources

ALWAYS = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ON_QUERIES = {"create", "update", "delete"}
QUERY = re.compile(r"\.objects\b|\.(filter|exclude|all|select_for_update)\(")
STATEMENT = re.compile(
    r"\s*(insert\s+into|update\s+\S+\s+set|delete\s+from|truncate)\b", re.IGNORECASE
)
WRITERS = {"actions", "models", "migrations"}


def is_writer(path: pathlib.Path) -> bool:
    parts = sources.name(path).split(".")
    return parts[1:2] == ["apps"] and bool(WRITERS & set(parts[3:4]))


MODULES = [
    pytest.param(path, id=sources.name(path))
    for path in sources.modules()
    if not is_writer(path) and not sources.name(path).startswith("mithaq.core")
]


def writes(tree: ast.Module) -> list[str]:
    return [f"line {node.lineno}: {text}" for node, text in candidates(tree) if text]


def candidates(tree: ast.Module) -> Iterator[tuple[ast.Call | ast.Constant, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node, call(node.func)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, node.value[:40] if STATEMENT.match(node.value) else ""


def call(function: ast.Attribute) -> str:
    on_query = function.attr in ON_QUERIES and QUERY.search(ast.unparse(function.value))
    return f".{function.attr}()" if function.attr in ALWAYS or on_query else ""


@pytest.mark.parametrize("path", MODULES)
def test_rows_change_only_in_actions_and_models(path: pathlib.Path) -> None:
    assert writes(sources.tree(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "officer.save()",
        "Hold.objects.create(kind='method')",
        "Hold.objects.filter(pk=1).update(state='x')",
        "queryset.all().delete()",
        "cursor.execute('UPDATE hold SET state = 1')",
    ],
)
def test_the_rule_of_writes_finds_one(line: str) -> None:
    assert writes(ast.parse(line)) != []


@pytest.mark.parametrize(
    "line", ["found.update(other)", "digest.update(data)", "Hold.objects.get()"]
)
def test_the_rule_of_writes_leaves_others_alone(line: str) -> None:
    assert writes(ast.parse(line)) == []
