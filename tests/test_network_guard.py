"""The guard that keeps the suite on this machine, shown to bite."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.conftest import NetworkError

ELSEWHERE = "192.0.2.1"
"An address reserved for documentation: nobody has it."


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_a_connection_to_another_machine_is_refused(name: str) -> None:
    with (
        socket.socket() as opened,
        pytest.raises(NetworkError, match=r"must not reach beyond loopback: '192\.0\.2\.1'"),
    ):
        getattr(opened, name)((ELSEWHERE, 80))


def test_a_datagram_to_another_machine_is_refused() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as opened,
        pytest.raises(NetworkError, match="must not reach beyond loopback"),
    ):
        opened.sendto(b"?", (ELSEWHERE, 53))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(NetworkError, match=r"must not reach beyond loopback: 'tavus\.example'"):
        socket.getaddrinfo("tavus.example", 443)


def test_an_http_client_is_caught_too() -> None:
    with httpx.Client() as client, pytest.raises(NetworkError):
        client.get("http://tavus.example/v2/pals")


def test_loopback_stays_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()
