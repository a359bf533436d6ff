"""The rule for the hosts that tools may call, if the user lists hosts.

The rule finds a misspelt production host before a call does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.auth import OAuth2Auth
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.contract.tool.url_rules import split_url, url_problems
from pytest_tavus.errors import did_you_mean
from pytest_tavus.spans import Loc

_PORTS = {"https": 443, "http": 80}


def host_problems(pal: Pal, hosts: Sequence[str]) -> Iterator[RuleProblem]:
    """Yield a problem for each tool URL whose host is not listed. An empty list allows all."""
    if not hosts:
        return
    for index, tool in enumerate(pal.tools):
        for loc, url in list_urls(tool):
            for problem in _url_host_problems(url, loc, hosts):
                yield problem.under(("tools", index))


def list_urls(tool: Tool) -> Iterator[tuple[Loc, str]]:
    """Yield the URLs of a tool's deliveries, with their paths inside the tool."""
    api = tool.delivery.api
    if api is not None:
        yield ("delivery", "api", "url"), api.url
        if isinstance(api.auth, OAuth2Auth):
            yield ("delivery", "api", "auth", "token_url"), api.auth.token_url


def _url_host_problems(url: str, loc: Loc, hosts: Sequence[str]) -> Iterator[RuleProblem]:
    parts = split_url(url)
    # A placeholder could become any host, so no pattern covers it.
    if parts is None or not parts.hostname or "{" in parts.netloc or "}" in parts.netloc:
        yield from url_problems(url, loc)
        return
    name = parts.hostname.rstrip(".")
    port = parts.port or _PORTS.get(parts.scheme)
    if any(_covers(host, name, port) for host in hosts):
        return
    shown = f"[{name}]" if ":" in name else name
    found = shown if parts.port is None else f"{shown}:{parts.port}"
    yield RuleProblem(
        loc=loc,
        message=f"the host {found!r} is not among those that tools may call",
        hint=did_you_mean(found, hosts) or f"tavus_hosts lists: {', '.join(hosts)}",
        rule="host_listed",
    )


def _covers(host: str, name: str, port: int | None) -> bool:
    # `*.` covers every name below a host, but not the host; a host without a port covers all ports.
    listed, colon, number = host.rpartition(":")
    # The last colon of a bare IPv6 address in brackets begins no port.
    if not colon or host.endswith("]"):
        listed, number = host, ""
    if number and int(number) != port:
        return False
    if listed.startswith("*."):
        return name.endswith(listed[1:]) and len(name) >= len(listed)
    return name == listed.strip("[]")
