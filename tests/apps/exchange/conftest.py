"""What every test of the exchange stands on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.factories.federation_network import Network


@pytest.fixture
def inside_xa(network: Network) -> Iterator[Network]:
    """Run the test inside the node of XA."""
    from tests.factories.federation import XA

    with network.nodes[XA].inside():
        yield network
