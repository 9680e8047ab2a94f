"""Migrations stand on their own, can be taken back, and are complete."""

from __future__ import annotations

import ast
import pathlib
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.factories import sources

NAME = re.compile(r"\d{4}_[a-z][a-z0-9_]+")
FILES = sorted((sources.PACKAGE / "apps").glob("*/migrations/[0-9]*.py"))
MIGRATIONS = [pytest.param(path, id=f"{path.parts[-3]}/{path.stem}") for path in FILES]


@pytest.mark.parametrize("path", MIGRATIONS)
def test_a_migration_imports_no_code_of_ours(path: pathlib.Path) -> None:
    names = sources.imported(sources.tree(path))

    assert [name for name in names if name.startswith("mithaq.")] == []


@pytest.mark.parametrize("path", MIGRATIONS)
def test_a_migration_is_named_for_what_it_does(path: pathlib.Path) -> None:
    assert NAME.fullmatch(path.stem)
    assert "_auto_" not in path.stem


@pytest.mark.parametrize("path", MIGRATIONS)
def test_a_migration_can_be_taken_back(path: pathlib.Path) -> None:
    one_way = [
        f"line {node.lineno}"
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"migrations.RunSQL", "migrations.RunPython"}
        and len(node.args) + len(node.keywords) < 2
    ]

    assert one_way == []


@pytest.mark.django_db
def test_the_models_need_no_further_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_every_app_has_one_last_migration() -> None:
    assert MigrationLoader(connection).detect_conflicts() == {}
