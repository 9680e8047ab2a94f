"""Fixtures of a federation: four nodes in one process, new for each test.

Models can be imported once Django is set up, which is after this module is read; so each fixture
imports what it needs.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoDbBlocker

if TYPE_CHECKING:
    from tests.factories.federation import Provisioned
    from tests.factories.federation_network import Network


@pytest.fixture(scope="session")
def provisioned(
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Provisioned]:
    """Give the nodes that each test copies."""
    from tests.factories import federation

    with django_db_blocker.unblock():
        made = federation.provision(tmp_path_factory.mktemp("federation"))
    yield made
    with django_db_blocker.unblock():
        for node in made.nodes.values():
            node.drop()


@pytest.fixture
def network(
    provisioned: Provisioned, tmp_path: pathlib.Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Network]:
    """Give a network of nodes that know each other and have sent nothing."""
    from tests.factories import federation
    from tests.factories.federation_network import Network

    with (
        django_db_blocker.unblock(),
        federation.open_nodes(provisioned, folder=tmp_path) as nodes,
    ):
        yield Network(nodes=nodes, pacts=provisioned.pacts)
