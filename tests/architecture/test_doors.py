"""What import-linter cannot say about who may enter what."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.factories import sources

DOORS = {"actions", "queries", "models"}
FRAMEWORKS = ("django", "ninja", "httpx", "psycopg", "procrastinate", "structlog", "click")
# Modules of the site that mount what apps offer to the outside.
MOUNTS = {"mithaq.site.api", "mithaq.site.urls", "mithaq.site.settings"}


def app_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[:2] == ["mithaq", "apps"] and len(parts) > 2 else None


def doors(importer: str) -> set[str]:
    """Permissions of an app are put together from permissions of the apps below."""
    return DOORS | ({"permissions"} if importer.endswith(".permissions") else set())


def trespasses(importer: str, imported: list[str]) -> list[str]:
    return [
        f"{importer} imports {target}"
        for target in imported
        if app_of(target) is not None and app_of(target) != app_of(importer)
        if target.split(".")[3:4] and target.split(".")[3] not in doors(importer)
        if importer not in MOUNTS
    ]


def test_an_app_is_entered_through_its_doors_only() -> None:
    found = [
        line
        for path in sources.modules()
        for line in trespasses(sources.name(path), sources.imported(sources.tree(path)))
    ]

    assert found == []


@pytest.mark.parametrize(
    ("importer", "target", "expected"),
    [
        ("mithaq.apps.pacts.actions", "mithaq.apps.journal.actions.record", 0),
        ("mithaq.apps.pacts.actions", "mithaq.apps.pacts.store.read", 0),
        ("mithaq.apps.pacts.actions", "mithaq.apps.journal.store.mark", 1),
        ("mithaq.cli.pacts", "mithaq.apps.pacts.forms.Draft", 1),
        ("mithaq.apps.methods.permissions", "mithaq.apps.people.permissions.may_act", 0),
        ("mithaq.apps.methods.actions", "mithaq.apps.people.permissions.may_act", 1),
    ],
)
def test_the_rule_of_doors_finds_a_trespass(importer: str, target: str, expected: int) -> None:
    assert len(trespasses(importer, [target])) == expected


def test_the_core_loads_without_any_framework() -> None:
    code = (
        "import importlib, pkgutil, sys, mithaq.core as core;"
        "[importlib.import_module(m.name)"
        " for m in pkgutil.walk_packages(core.__path__, 'mithaq.core.')];"
        f"print([name for name in {FRAMEWORKS!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
