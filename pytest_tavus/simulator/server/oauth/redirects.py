"""Whether a callback stays on this machine. The only addresses that a code or a key is sent to."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_URI_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""RFC 3986. A browser reads other characters, such as a backslash, in ways of its own."""


def loopback_fault(uri: str) -> str | None:
    """Tell what keeps a URI from being a loopback callback, or `None` where it is one.

    Loopback callbacks of any local client are accepted [client]; of the hosted clients that Tavus
    lists, none is known here.
    """
    if not _URI_CHARACTERS.fullmatch(uri):
        return "it has characters that no URI has"
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        return f"it cannot be read: {error}"
    if port == 0:
        return "port 0 is no port"
    return _fault_of(parts, uri)


def _fault_of(parts: SplitResult, uri: str) -> str | None:
    if parts.scheme != "http":
        return f"its scheme is {parts.scheme!r}, not 'http'"
    if "#" in uri:
        return "it has a fragment"
    if "@" in parts.netloc:
        return "it has a user name"
    if not _is_loopback(parts.hostname or ""):
        return f"its host is {parts.hostname or ''!r}, not localhost, 127.0.0.1 or [::1]"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address == _IPV6_LOOPBACK if address.version == 6 else address.is_loopback


_IPV6_LOOPBACK = ipaddress.IPv6Address("::1")
