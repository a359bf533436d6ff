"""HTTP as values: what was sent to a handler and what came back. No sockets, no clients."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

HeaderList = tuple[tuple[str, str], ...]
"""Names and values in wire order. Names compare without regard to case."""

FaultKind = Literal[
    "timeout", "connection", "broken", "too_large", "crash", "unmapped", "unhandled"
]
"""Why there is no response: too late, unreachable, broken off, longer than is read, an exception in
the handler, a path that leads nowhere, or a call that no handler and no canned answer takes."""


def find_header(headers: HeaderList, name: str) -> str | None:
    """Return the first header of that name, compared without regard to case."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


class HttpRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request as it leaves for the handler."""

    method: str
    url: str
    "Absolute. The production URL of the tool; the gateway maps it on the handler."

    headers: HeaderList = ()
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query, as they stand in the request line."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class HttpResponse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A response as it came from the handler."""

    status: int
    headers: HeaderList = ()
    body: bytes = b""


class HttpFault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a request has no response, or why its response is an accident."""

    kind: FaultKind
    message: str
    "One sentence: what happened, without a frame of ours."

    traceback: str | None = None
    "The handler's own traceback or output, where there is one."


class HttpExchange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request and what became of it."""

    request: HttpRequest
    response: HttpResponse | None = None
    fault: HttpFault | None = None
    "Beside a response where the handler answered and crashed (a server's error page)."

    answered_by: Literal["handler", "canned"] = "handler"
    seconds: float = 0.0
    "Seconds from sending the request to having the whole response, or to the fault."
