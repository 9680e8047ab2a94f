"""What the tests of pacts share. Conftests load before Django does: models are imported late."""

from __future__ import annotations

import pathlib

import pytest
from pytest_django import Settings


@pytest.fixture
def peers(db: None) -> None:
    """XA knows XB, XC and XS."""
    from tests.factories import pact_nodes

    pact_nodes.know_members()


@pytest.fixture
def own_keys(peers: None, settings: Settings, tmp_path: pathlib.Path) -> None:
    """XA can sign."""
    from tests.factories import pact_nodes

    settings.MITHAQ_SECRETS = tmp_path
    pact_nodes.hold_authority(tmp_path)
