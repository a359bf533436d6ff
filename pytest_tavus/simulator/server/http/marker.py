"""The header by which a simulated Tavus is known, and the two ways to insist on it.

Knows no server: whoever talks to something that may or may not be simulated asks here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from pytest_tavus.errors import ServiceError

MARKER = "x-tavus-simulator"
"""In every response of a simulated Tavus, errors and handshakes too; its value is a version."""

Headers = Mapping[str, str]
"""Of a response. Names compare without regard to case."""


def simulator_version() -> str:
    """Return what the marker says: this package's version."""
    try:
        return version("pytest-tavus")
    except PackageNotFoundError:
        return "unknown"


def is_simulated(headers: Headers) -> bool:
    """Tell whether a response with these headers came from a simulated Tavus."""
    return any(name.lower() == MARKER for name in headers)


def require_simulated(headers: Headers) -> None:
    """Insist on a simulated Tavus.

    Raises:
        ServiceError: the marker is not there, so this may be somebody's real account.

    """
    if not is_simulated(headers):
        message = (
            f"the server does not mark itself as simulated (its response has no {MARKER!r} "
            "header), so nothing is sent to it; start one with 'pytest-tavus serve'"
        )
        raise ServiceError(message)


def refuse_simulated(headers: Headers) -> None:
    """Insist on the real Tavus.

    Raises:
        ServiceError: the marker is there, so nothing that is learned would be true of Tavus.

    """
    if is_simulated(headers):
        message = (
            f"the server is a simulated Tavus (its response has the {MARKER!r} header), and a "
            "live session wants the real one; unset TAVUS_PUBLIC_API_BASE_URL"
        )
        raise ServiceError(message)
