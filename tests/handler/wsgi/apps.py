"""The applications of the tests of WSGI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

StartResponse = Callable[..., Callable[[bytes], object]]


def no_start(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    """Return without a call of `start_response`."""
    return []
