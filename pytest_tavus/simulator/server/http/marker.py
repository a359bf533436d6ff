"""The header that marks a simulated Tavus, and the checks that require or refuse it.

Knows no server: any client that may talk to a real or a simulated Tavus can use the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from pytest_tavus.errors import ServiceError

MARKER = "x-tavus-simulator"
"""In every response of a simulated Tavus, also errors and handshakes. The value is a version."""

Headers = Mapping[str, str]
"""Headers of a response. Names compare without regard to case."""


def simulator_version() -> str:
    """Return the version of this package; ``unknown`` if it is not installed."""
    try:
        return version("pytest-tavus")
    except PackageNotFoundError:
        return "unknown"


def is_simulated(headers: Headers) -> bool:
    return any(name.lower() == MARKER for name in headers)


def require_simulated(headers: Headers) -> None:
    """Check that a response came from a simulated Tavus.

    Raises:
        ServiceError: the marker is missing, so the account may be real.

    """
    if not is_simulated(headers):
        message = (
            f"the server does not mark itself as simulated (its response has no {MARKER!r} "
            "header), so nothing is sent to it; start one with 'pytest-tavus serve'"
        )
        raise ServiceError(message)


def refuse_simulated(headers: Headers) -> None:
    """Check that a response came from the real Tavus.

    Raises:
        ServiceError: the marker is present, so no observation would be true of Tavus.

    """
    if is_simulated(headers):
        message = (
            f"the server is a simulated Tavus (its response has the {MARKER!r} header), and a "
            "live session needs the real Tavus; unset TAVUS_PUBLIC_API_BASE_URL"
        )
        raise ServiceError(message)
