"""Tools that are one request: which argument goes where, as a row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pytest_tavus.simulator.mcp.arguments import Arguments, chosen
from pytest_tavus.simulator.mcp.client import ApiClient

ToolFunction = Callable[[ApiClient, Arguments], Awaitable[Any]]
"""Does what a tool is for and returns its answer as JSON data. Raises `ToolRefusal`."""


def get(path: str, *query: str) -> ToolFunction:
    """Return a tool that reads a path, with those arguments that are not null as its query."""

    async def run(client: ApiClient, arguments: Arguments) -> Any:
        return await client.get(path.format_map(arguments), **chosen(arguments, *query))

    return run


def send(method: str, path: str, *body: str) -> ToolFunction:
    """Return a tool that sends those arguments that are not null as its body."""

    async def run(client: ApiClient, arguments: Arguments) -> Any:
        sent = chosen(arguments, *body) if body else None
        return await client.request(method, path.format_map(arguments), body=sent)

    return run
