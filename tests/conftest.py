"""What every test stands on: a node's folder, a private PostgreSQL, no network.

The cluster starts with the first test that asks for a database, once a run, for all workers of
pytest-xdist, each of which has its own database in it. MITHAQ_TEST_DATABASE names another server
to use instead, as postgresql://user:password@host:port/name; the role must be allowed to create
databases.
"""

from __future__ import annotations

import os
import pathlib

import hypothesis
import pytest

from tests.factories import flushing, nodes, sockets
from tests.factories.federation_fixtures import network, provisioned

__all__ = ["network", "provisioned"]  # fixtures that tests of several folders ask for

RUN_VARIABLE = "MITHAQ_TEST_RUN"

# The settings are read before the first fixture runs, so the node's folder must stand now.
_run = nodes.open_run(variable=RUN_VARIABLE)
_node = nodes.make_node(folder=_run / "node", database=os.environ.get("MITHAQ_TEST_DATABASE"))
os.environ["MITHAQ_NODE"] = str(_node)
os.environ["DJANGO_SETTINGS_MODULE"] = "mithaq.site.settings"

sockets.block()

# A machine that is busy with something else is not a fault of the example that runs just then.
hypothesis.settings.register_profile(
    "mithaq", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("mithaq")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    assert settings.MITHAQ_BUREAU  # loads them, so that pytest-django, next in line, sets up


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        nodes.close_run(_run)


@pytest.fixture(scope="session")
def node_folder() -> pathlib.Path:
    """The folder of the node that Django's settings describe."""
    return _node


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the cluster and point Django at it."""
    from django.db import connections

    from mithaq.site import node

    if not os.environ.get("MITHAQ_TEST_DATABASE"):
        nodes.start_cluster(_node)
    flushing.allow()
    found = node.read(_node).database_parameters()
    described = connections["default"].settings_dict
    trusted = {key: value for key, value in found.items() if key == "requirepeer"}
    described.update(HOST=str(found.pop("host")), OPTIONS={**described["OPTIONS"], **trusted})
