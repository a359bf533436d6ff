"""The hosts that tools may call, where the user lists them: a misspelt production host is seen."""

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
    """Yield each URL of a tool whose host is not listed. An empty list allows every host."""
    if not hosts:
        return
    for index, tool in enumerate(pal.tools):
        for loc, url in list_urls(tool):
            for problem in _url_host_problems(url, loc, hosts):
                yield problem.under(("tools", index))


def list_urls(tool: Tool) -> Iterator[tuple[Loc, str]]:
    """Yield the URLs that a tool's deliveries call, with their paths inside the tool."""
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
    """Tell whether a listed host covers a name: ``*.`` any below it; no port, every port."""
    listed, colon, number = host.rpartition(":")
    if not colon or host.endswith("]"):
        listed, number = host, ""
    if number and int(number) != port:
        return False
    if listed.startswith("*."):
        return name.endswith(listed[1:]) and len(name) >= len(listed)
    return name == listed.strip("[]")
