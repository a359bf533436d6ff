"""The rules for URLs that Tavus itself calls: a tool's URL and its token endpoint.

[doc]: https, publicly reachable (Tavus refuses private, loopback and link-local addresses), with
a static hostname. The rules resolve no name: they judge the text of the URL alone.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.spans import Loc

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")
_BARE_PASSWORD = re.compile(r"[^/?#]*//(?!\[)[^/?#@]*:(?![0-9]*[/?#])[^/?#@]*[/?#].*@", re.DOTALL)
_OF_PRODUCTION = frozenset({"url_https", "url_public"})
_PUBLIC_HINT = (
    "write the production address; a simulated conversation sends the call to its own handler"
)


def url_problems(url: str, loc: Loc) -> Iterator[RuleProblem]:
    """Yield the problems of a URL that must be reachable from the public internet."""
    quoted = repr(redact_url(url))
    parts = split_url(url)
    if parts is None:
        yield RuleProblem(
            loc=loc,
            message=f"{quoted} is not a valid URL: expected https://, a host and a path",
            rule="url",
        )
        return
    if parts.scheme != "https":
        yield RuleProblem(
            loc=loc,
            message=f"the URL must start with https://, found {quoted}",
            rule="url_https",
        )
    yield from _host_problems(parts, loc)


def is_allowed_locally(problem: RuleProblem, body: object) -> bool:
    """Whether a rule refuses a URL only because the URL is a plain address of this machine.

    Such a URL begins with ``http://`` and a loopback host.
    """
    if problem.rule not in _OF_PRODUCTION:
        return False
    value: Any = body
    for step in problem.loc:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    parts = split_url(value)
    return parts is not None and parts.scheme == "http" and _is_loopback(parts.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_problems(parts: SplitResult, loc: Loc) -> Iterator[RuleProblem]:
    host = parts.hostname or ""
    if "{" in parts.netloc or "}" in parts.netloc:
        yield RuleProblem(
            loc=loc,
            message=f"the hostname must be static, found {_host_and_port(parts)!r}",
            hint="placeholders may stand in the path and in the query only",
            rule="url_host_static",
        )
    elif not host and parts.scheme in {"https", "http"}:
        message = f"the URL has no hostname: {redact_url(parts.geturl())!r}"
        yield RuleProblem(loc=loc, message=message, rule="url")
    elif _is_local(host):
        yield RuleProblem(
            loc=loc,
            message=f"the host {host!r} cannot be reached from the public internet: "
            "private, loopback and link-local addresses are refused",
            hint=_PUBLIC_HINT,
            rule="url_public",
        )


def split_url(url: str) -> SplitResult | None:
    """Return the parts of a URL, `None` if the text is no URL."""
    if _BLANK.search(url):
        return None
    try:
        parts = urlsplit(url)
        # `port` raises if the text is no port. `_host_problems` reports a placeholder there.
        _ = parts.port if "{" not in parts.netloc else None
    except ValueError:
        return None
    return parts


def _host_and_port(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def redact_url(url: str) -> str:
    """Return the URL for a message, without credentials and without its query.

    If the password has an unescaped `/`, `?` or `#`, only the scheme remains.
    """
    if _BARE_PASSWORD.match(url):
        return f"{url.partition('//')[0]}//..."
    head = re.split(r"[?#]", url, maxsplit=1)[0]
    return re.sub(r"(^|//)[^/]*@", r"\1", head)


def _is_local(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and (not address.is_global or address.is_multicast)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    # Resolvers accept old short and hexadecimal spellings, so such a host may be private too.
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _old_ipv4(host)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped


def _old_ipv4(host: str) -> ipaddress.IPv4Address | None:
    # As resolvers read ``127.1``, ``0x7f.0.0.1`` or ``2130706433``.
    parts = host.split(".")
    if len(parts) > 4 or not all(re.fullmatch(r"0x[0-9a-f]*|[0-9]+", part) for part in parts):
        return None
    try:
        *heads, last = (_number(part) for part in parts)
        tail = last.to_bytes(4 - len(heads), "big")
        return ipaddress.IPv4Address(bytes(heads) + tail)
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8) if len(text) > 1 and text.startswith("0") else int(text)
