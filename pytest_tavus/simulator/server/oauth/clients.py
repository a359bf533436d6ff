"""Registered clients, within limits, and the check that a callback stays on this machine."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from mcp.server.auth.provider import RegistrationError
from mcp.shared.auth import OAuthClientInformationFull

MOST_CLIENTS = 256
"""Clients that have signed in; as many that have not are kept besides."""

LONGEST_REGISTRATION = 8192
"""Characters of JSON."""


def require_small(client: OAuthClientInformationFull) -> None:
    """Check the size of a registration.

    Raises:
        RegistrationError: the registration is too large.

    """
    length = len(client.model_dump_json(exclude_none=True))
    if length > LONGEST_REGISTRATION:
        message = f"A registration has at most {LONGEST_REGISTRATION} characters, not {length}."
        raise RegistrationError("invalid_client_metadata", message)


class Clients:
    """Clients by id, of which the oldest are dropped.

    New registrations drop only clients that never signed in.
    """

    def __init__(self) -> None:
        self._new: dict[str, OAuthClientInformationFull] = {}
        self._signed_in: dict[str, OAuthClientInformationFull] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._signed_in)

    def add(self, client_id: str, client: OAuthClientInformationFull) -> None:
        _add(self._new, client_id, client)

    def get(self, client_id: str) -> OAuthClientInformationFull | None:
        """Return a client; `None` if it never registered or was dropped."""
        return self._signed_in.get(client_id) or self._new.get(client_id)

    def sign_in(self, client_id: str) -> None:
        """Keep a client among the signed-in clients, which new registrations do not drop."""
        client = self._new.pop(client_id, None)
        if client is not None:
            _add(self._signed_in, client_id, client)


def _add(
    kept: dict[str, OAuthClientInformationFull], key: str, client: OAuthClientInformationFull
) -> None:
    kept[key] = client
    if len(kept) > MOST_CLIENTS:
        del kept[next(iter(kept))]


_URI_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""RFC 3986. Browsers interpret other characters, such as a backslash, in their own ways."""


def loopback_fault(uri: str) -> str | None:
    """Return why a URI is no loopback callback; `None` if it is one.

    Loopback callbacks of any local client are accepted [client]. Callbacks of the hosted clients
    that Tavus lists are not known, so they are refused.
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
    return _find_part_fault(parts, uri)


def _find_part_fault(parts: SplitResult, uri: str) -> str | None:
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
    # An IPv4-mapped address such as ::ffff:127.0.0.1 also counts as loopback for `ipaddress`.
    return address == ipaddress.IPv6Address("::1") if address.version == 6 else address.is_loopback
