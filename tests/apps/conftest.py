"""What every test of an app stands on: files of its own, since no roll-back takes them back."""

from __future__ import annotations

import pathlib

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def files(tmp_path: pathlib.Path, settings: Settings) -> pathlib.Path:
    """The folder of what is kept outside the database, empty for each test."""
    settings.MITHAQ_FILES = tmp_path / "files"
    return tmp_path / "files"
