"""Parses the URL of a request and builds its header lines. Opens no sockets."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from msgspec import Struct

from pytest_tavus.contract.tool.url_rules import redact_url
from pytest_tavus.errors import HandlerError
from pytest_tavus.wire import HttpRequest

_LEGAL = "!#$%&'()*+,/:;=?@[]~"
"""Characters that a request line may hold. All others are percent-encoded."""

_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Headers that depend on the connection, so that those of the request are replaced."""

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_PORTS = {"http": 80, "https": 443}

ADDRESSES = 256
"""Parsed URLs in the cache of a handler: its tools call the same few URLs again and again."""

LOOPBACK = ("127.0.0.1", "::1")
"""The addresses of `localhost`, in the order in which they are tried."""


class Address(Struct, frozen=True, kw_only=True):
    """A parsed URL: the production URL of a tool, or the base URL of a handler."""

    scheme: str
    host: str
    "Without the brackets of an IPv6 address."

    port: int
    path: str
    "Percent-encoded as written; at least ``/``."

    query: str
    "Without its question mark, byte for byte."

    @property
    def netloc(self) -> str:
        """The value of the `Host` header: a default port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.netloc}"

    def target_of(self, request: Address) -> str:
        """Append the path of a production URL to this base URL, and return the request target."""
        target = self.path.rstrip("/") + request.path
        return f"{target}?{request.query}" if request.query else target


def parse_address(url: str) -> Address | None:
    """Parse a URL; `None` if it is not an absolute http or https URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return Address(
        scheme=parts.scheme,
        host=parts.hostname,
        port=_PORTS[parts.scheme] if port is None else port,
        path=quote(parts.path, safe=_LEGAL) or "/",
        query=quote(parts.query, safe=_LEGAL),
    )


def parse_base_address(url: str) -> Address:
    """Parse the base URL of a running handler.

    Raises:
        HandlerError: the URL is no plain http or https URL, or not on loopback.

    """
    if "@" in url:
        message = "the handler's url holds a user name or a password, which is never sent"
        raise HandlerError(message)
    address, redacted = parse_address(url), redact_url(url)
    if address is None:
        message = f"the handler's url {redacted!r} is not an absolute http or https URL"
        raise HandlerError(message)
    if "?" in url or "#" in url:
        message = f"the handler's url {redacted!r} is a base URL: it takes no query and no fragment"
        raise HandlerError(message)
    if not is_loopback(address.host):
        message = (
            f"the handler's url {redacted!r} is not on this machine: "
            "use localhost, 127.0.0.1 or [::1]"
        )
        raise HandlerError(message)
    return address


def is_loopback(host: str) -> bool:
    """Tell whether a host is certainly this machine. A name other than `localhost` never is."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def header_lines(request: HttpRequest, *, host: str) -> list[tuple[bytes, bytes]]:
    """Return the header lines as they are sent, with `Host` and `Content-Length` computed.

    No header is added that Tavus would not send, such as `Accept-Encoding`.
    """
    lines = [(b"host", host.encode("ascii", "replace"))]
    lines += [
        (_octets(name), _octets(value))
        for name, value in request.headers
        if name.lower() not in _FRAMING
    ]
    if request.body or request.method.upper() in _WITH_BODY:
        lines.append((b"content-length", str(len(request.body)).encode()))
    return lines


def _octets(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
