from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from mithaq.cli import ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_port_in_use_is_named_with_the_process_that_has_it(taken: int) -> None:
    with pytest.raises(ports.PortInUse, match=rf"port {taken} .*process {os.getpid()}\)"):
        ports.check_free([taken])


def test_a_free_port_is_free(taken: int) -> None:
    free = ports.first_free(base=taken, count=1)

    ports.check_free([free])
    assert free == taken + ports.STEP


def test_no_free_port_is_a_fault() -> None:
    with pytest.raises(ports.PortInUse):
        ports.first_free(base=ports.HIGHEST, count=1)
