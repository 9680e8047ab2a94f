"""The core asks no clock and touches no file but the package's own resources."""

from __future__ import annotations

import ast
import pathlib

import pytest

from tests.factories import sources

CLOCKS = {
    *("now", "utcnow", "today"),  # of datetime and date
    *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep"),  # of time
}
CLOCK_OWNERS = {"datetime", "date", "dt", "time"}
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir"}
READS_RESOURCES = {"resources.py"}

CORE = [
    pytest.param(path, id=sources.name(path))
    for path in sources.modules()
    if sources.name(path).startswith("mithaq.core")
]


def clocks(tree: ast.Module) -> list[str]:
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS
        if ast.unparse(node.value).split(".")[-1] in CLOCK_OWNERS
    ]


def files(tree: ast.Module) -> list[str]:
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        f"line {function.lineno}: {ast.unparse(function)}"
        for function in called
        if (isinstance(function, ast.Name) and function.id == "open")
        or (isinstance(function, ast.Attribute) and function.attr in FILES)
    ]


@pytest.mark.parametrize("path", CORE)
def test_the_core_never_reads_the_clock(path: pathlib.Path) -> None:
    assert clocks(sources.tree(path)) == []


@pytest.mark.parametrize("path", CORE)
def test_the_core_opens_no_file(path: pathlib.Path) -> None:
    if path.name not in READS_RESOURCES:
        assert files(sources.tree(path)) == []


@pytest.mark.parametrize(
    "line", ["dt.datetime.now(dt.UTC)", "time.monotonic()", "datetime.date.today()"]
)
def test_the_rule_of_clocks_finds_one(line: str) -> None:
    assert clocks(ast.parse(line)) != []


@pytest.mark.parametrize("line", ["open('x')", "path.read_text()", "pathlib.Path('x').mkdir()"])
def test_the_rule_of_files_finds_one(line: str) -> None:
    assert files(ast.parse(line)) != []
