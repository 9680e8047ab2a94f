"""A node XA at noon that knows its peers and can sign."""

from __future__ import annotations

import pathlib

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def node(
    *, db: None, settings: Settings, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.factories import pact_nodes, pacts

    settings.MITHAQ_SECRETS = tmp_path
    settings.MITHAQ_FILES = tmp_path / "files"
    pact_nodes.know_members()
    pact_nodes.hold_authority(tmp_path)
    monkeypatch.setattr("django.utils.timezone.now", lambda: pacts.NOON)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
