from __future__ import annotations

import pathlib
import socket

import pytest

from mithaq.cli import ports
from mithaq.cli.demo import nodes


def test_three_fictional_bureaus_each_have_a_folder_a_port_and_secrets(
    tmp_path: pathlib.Path,
) -> None:
    made = nodes.make(tmp_path, base=None)

    assert [node.member.code for node in made] == ["XA", "XB", "XS"]
    assert len({node.config.listen for node in made}) == 3
    assert len({node.config.secret("django") for node in made}) == 3


def test_a_node_keeps_its_port_since_its_descriptor_names_it(tmp_path: pathlib.Path) -> None:
    before = [node.config.listen for node in nodes.make(tmp_path, base=None)]

    assert [node.config.listen for node in nodes.make(tmp_path, base=None)] == before


def test_a_port_asked_for_and_taken_is_a_fault(tmp_path: pathlib.Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]

        with pytest.raises(ports.PortInUse, match=str(port)):
            nodes.make(tmp_path, base=port)

    assert not (tmp_path / "XA").exists()


def test_a_node_whose_port_was_taken_meanwhile_is_a_fault(tmp_path: pathlib.Path) -> None:
    made = nodes.make(tmp_path, base=None)
    with socket.socket() as server:
        server.bind(("127.0.0.1", nodes.port(made[1].config)))
        server.listen()

        with pytest.raises(ports.PortInUse):
            nodes.make(tmp_path, base=None)
