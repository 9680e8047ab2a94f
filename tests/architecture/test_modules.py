"""Sizes, and the rooms that every app has."""

from __future__ import annotations

import pathlib

import pytest

from tests.factories import sources

LONGEST_MODULE = 400  # lines
ROOMS = ("apps", "models", "queries", "actions", "migrations")

OURS = [
    pytest.param(path, id=str(path.relative_to(sources.ROOT)))
    for path in (*sources.modules(), *sorted((sources.ROOT / "tests").rglob("*.py")))
    if "migrations" not in path.parts
]
APPS = sorted(path.parent for path in (sources.PACKAGE / "apps").glob("*/__init__.py"))


@pytest.mark.parametrize("path", OURS)
def test_a_module_fits_on_a_few_screens(path: pathlib.Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("app", APPS, ids=[app.name for app in APPS])
def test_an_app_has_the_rooms_that_all_apps_have(app: pathlib.Path) -> None:
    present = {path.stem for path in app.iterdir()}

    assert [room for room in ROOMS if room not in present] == []


def test_every_app_is_installed() -> None:
    from django.apps import apps

    assert {config.label for config in apps.get_app_configs()} >= {app.name for app in APPS}
