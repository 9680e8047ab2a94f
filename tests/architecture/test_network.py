"""Tests stay on this machine: see tests/factories/sockets.py."""

from __future__ import annotations

import socket

import pytest

from tests.factories.sockets import LeftTheMachine

ELSEWHERE = ("192.0.2.1", 443)  # set aside for documentation, RFC 5737


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as outgoing, pytest.raises(LeftTheMachine):
        outgoing.connect(ELSEWHERE)


def test_a_datagram_to_another_machine_is_refused() -> None:
    kind = socket.SOCK_DGRAM
    with socket.socket(type=kind) as outgoing, pytest.raises(LeftTheMachine):
        outgoing.sendto(b"", ELSEWHERE)


def test_a_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(LeftTheMachine):
        socket.getaddrinfo("bureau.example", 443)


def test_this_machine_can_be_reached() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()
