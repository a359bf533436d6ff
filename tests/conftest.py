"""What holds for every test: it can be interrupted, and does not reach beyond this machine."""

from __future__ import annotations

import ipaddress
import signal
import socket
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

if find_spec("hypothesis") is not None:  # the scenarios run without it, and load this file too
    from hypothesis import HealthCheck, settings

    # A machine that is busy with something else is no failure.
    settings.register_profile(
        "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")


class NetworkError(AssertionError):
    """A test tried to reach another machine."""


def is_loopback(host: object) -> bool:
    """Tell whether a host is this machine: by address, or by the one name that is sure to be."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _require_loopback(host: object) -> None:
    if not is_loopback(host):
        message = f"a test must not reach beyond loopback: {host!r}"
        raise NetworkError(message)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which the clients of others are run."""
    parser.addoption(
        "--conformance",
        action="store_true",
        help="run the clients of others against the simulated Tavus; they come from the package "
        "index",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that ties a test to an entry of `tests/fidelity/`."""
    config.addinivalue_line("markers", "fidelity(*names): proves these entries of tests/fidelity/")


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Let Ctrl-C be felt: whatever a shell starts in the background ignores it, tests included."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Fail whatever connects to, sends to, or looks up another machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket.socket, "sendto", _guarded_sendto(socket.socket.sendto))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(real: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family != socket.AF_UNIX:
            _require_loopback(address[0])
        return real(self, address)

    return connect


def _guarded_sendto(real: Any) -> Any:
    def sendto(self: socket.socket, data: Any, *rest: Any) -> Any:
        if self.family != socket.AF_UNIX:
            _require_loopback(rest[-1][0])
        return real(self, data, *rest)

    return sendto


def _guarded_lookup(real: Any) -> Any:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _require_loopback(host)
        return real(host, *args, **kwargs)

    return getaddrinfo
