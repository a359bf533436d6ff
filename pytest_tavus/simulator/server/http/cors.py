"""CORS: lets pages of configured origins read the answers of the server.

Without a configured origin no page may read them, because any program of this machine can serve a
page. The public routes of a deployment follow Tavus: they are open to every page, or to the origins
that the deployment lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pytest_tavus.errors import ScenarioError
from pytest_tavus.simulator.server.http.answers import (
    HeaderPairs,
    answer,
    encode_headers,
    header_values,
    is_start,
)
from pytest_tavus.simulator.server.http.marker import MARKER

PublicOrigins = Callable[[str], Sequence[str] | None]
"""Returns the origins that may read a public path. An empty sequence means every origin; `None`
means that the path is not public."""

PATHS = ("/v2", "/mcp", "/.well-known", "/register", "/token", "/revoke")
"""The paths that scripts of pages call. A browser opens the pages of the sign-in itself."""

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_EXPOSED = ", ".join(("allow", "mcp-session-id", "www-authenticate", MARKER))
_PREFLIGHT_SECONDS = "600"
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def origin_of(written: str) -> str:
    """Return an origin as browsers send it: in lower case, without a default port.

    Raises:
        ScenarioError: the text is no origin of an HTTP page.

    """
    match = _ORIGIN.fullmatch(written.strip().lower())
    if match is None:
        message = (
            f"{written!r} is no origin of a page: expected only scheme, host and port, such as "
            "'http://localhost:5173'"
        )
        raise ScenarioError(message)
    scheme, host, port = match.groups()
    suffix = "" if port in {None, _DEFAULT_PORTS[scheme]} else f":{port}"
    return f"{scheme}://{host}{suffix}"


class Cors:
    """Middleware that answers preflights, and adds CORS headers for allowed origins."""

    def __init__(self, app: ASGIApp, *, origins: Collection[str], public: PublicOrigins) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        origin = self._find_allowed_origin(scope)
        asked = header_values(scope, b"access-control-request-method")
        if origin is not None and scope["method"] == "OPTIONS" and asked:
            await answer(
                scope, send, status=204, body=b"", headers=_build_preflight_headers(scope, origin)
            )
        else:
            await self._app(scope, receive, _CorsSend(send, origin))

    def _find_allowed_origin(self, scope: Scope) -> str | None:
        """Return the origin of the request if its pages may read the answer."""
        values = header_values(scope, b"origin")
        path: str = scope["path"]
        if len(values) != 1 or not path.startswith(PATHS):
            return None
        origin = values[0].decode("latin-1").lower()
        if origin in self._origins:
            return origin
        open_to = self._public(path)
        return origin if open_to is not None and (not open_to or origin in open_to) else None


class _CorsSend:
    """Replaces the CORS headers of each response."""

    def __init__(self, send: Send, origin: str | None) -> None:
        self._send = send
        self._cors_headers = encode_headers(() if origin is None else _build_cors_headers(origin))

    async def __call__(self, message: Message) -> None:
        if is_start(message):
            # The SDK's own routes of the sign-in allow every origin.
            kept = [
                pair
                for pair in message.get("headers", ())
                if not pair[0].lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": [*kept, *self._cors_headers]}
        await self._send(message)


def _build_cors_headers(origin: str) -> HeaderPairs:
    return (
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", _EXPOSED),
        ("vary", "Origin"),
    )


def _build_preflight_headers(scope: Scope, origin: str) -> HeaderPairs:
    requested = header_values(scope, b"access-control-request-headers")
    private = header_values(scope, b"access-control-request-private-network")
    return (
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", _METHODS),
        *(("access-control-allow-headers", each.decode("latin-1")) for each in requested),
        *(("access-control-allow-private-network", "true") for _ in private[:1]),
        ("access-control-max-age", _PREFLIGHT_SECONDS),
        ("vary", "Origin"),
    )
