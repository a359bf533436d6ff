"""Addresses and header lines of a request, taken apart for whoever carries it. No sockets here."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from msgspec import Struct

from pytest_tavus.contract.tool.url_rules import redact_url
from pytest_tavus.errors import HandlerError
from pytest_tavus.wire import HttpRequest

_LEGAL = "!#$%&'()*+,/:;=?@[]~"
"""What may stand in a request line as it is. Everything else is percent-encoded."""

_OURS_TO_SET = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_PORTS = {"http": 80, "https": 443}

ADDRESSES = 256
"""URLs that a handler keeps taken apart: its tools have few, and call them again and again."""

LOOPBACK = ("127.0.0.1", "::1")
"""What `localhost` means, in the order in which it is tried."""


class Address(Struct, frozen=True, kw_only=True):
    """Where a request goes: the production URL of a tool, or the base URL of a handler."""

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
        """Host and port as the `Host` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.scheme}://{self.netloc}"

    def target_of(self, request: Address) -> str:
        """Map a production URL on this base URL by its path, and return the request target."""
        target = self.path.rstrip("/") + request.path
        return f"{target}?{request.query}" if request.query else target


def parse_address(url: str) -> Address | None:
    """Take a URL apart; `None` where it is not an absolute http or https URL."""
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
    """Take the base URL of a running handler apart.

    Raises:
        HandlerError: it is not a plain http or https URL, or it is not on loopback.

    """
    if "@" in url:
        message = "the handler's url holds a user name or a password, which nothing would send"
        raise HandlerError(message)
    found, shown = parse_address(url), redact_url(url)
    if found is None:
        message = f"the handler's url {shown!r} is not an absolute http or https URL"
        raise HandlerError(message)
    if "?" in url or "#" in url:
        message = f"the handler's url {shown!r} is a base URL: it takes no query and no fragment"
        raise HandlerError(message)
    if not is_loopback(found.host):
        message = (
            f"the handler's url {shown!r} is not on this machine: use localhost, 127.0.0.1 or [::1]"
        )
        raise HandlerError(message)
    return found


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine and cannot be any other."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def header_lines(request: HttpRequest, *, host: str) -> list[tuple[bytes, bytes]]:
    """Return the header lines that go on the wire: the request's own, framed for `host`.

    Nothing is added that the platform did not send, such as `Accept-Encoding`.
    """
    lines = [(b"host", host.encode("ascii", "replace"))]
    lines += [
        (_octets(name), _octets(value))
        for name, value in request.headers
        if name.lower() not in _OURS_TO_SET
    ]
    if request.body or request.method.upper() in _WITH_BODY:
        lines.append((b"content-length", str(len(request.body)).encode()))
    return lines


def _octets(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
