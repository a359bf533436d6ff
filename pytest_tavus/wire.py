"""HTTP as values: a request to a handler, its response, and its fault. No sockets, no clients."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

HeaderList = tuple[tuple[str, str], ...]
"""Names and values in wire order. Names are case-insensitive."""

FaultKind = Literal[
    "timeout", "connection", "broken", "too_large", "crash", "unmapped", "unhandled"
]
"""Why a request has no response. In order: too late; unreachable; cut off; longer than the limit.
Then: an exception in the handler; a path that no handler serves; a call without any answer."""


def find_header(headers: HeaderList, name: str) -> str | None:
    """Return the value of the first header of that name, in any case."""
    lowered = name.lower()
    return next((value for key, value in headers if key.lower() == lowered), None)


class HttpRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    method: str
    url: str
    "Absolute: the production URL of the tool, which the handler's base URL replaces."

    headers: HeaderList = ()
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query, as in the request line."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class HttpResponse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A response of a handler, unchanged."""

    status: int
    headers: HeaderList = ()
    body: bytes = b""


class HttpFault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a request has no response, or why its response came from a crash."""

    kind: FaultKind
    message: str
    "One sentence, without a frame of this package."

    traceback: str | None = None
    "The handler's own traceback or output."


class HttpExchange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request with its response, its fault, or both."""

    request: HttpRequest
    response: HttpResponse | None = None
    fault: HttpFault | None = None
    "With a response if the handler crashed and its server answered with an error page."

    answered_by: Literal["handler", "canned"] = "handler"
    seconds: float = 0.0
    "Seconds from sending the request to the end of the response, or to the fault."
