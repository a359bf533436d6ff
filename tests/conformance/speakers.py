"""Clients of MCP servers that sync tests can use, each open for as long as a session of tests."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
from anyio.from_thread import BlockingPortal
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

CALL_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a tool call came to."""

    failed: bool
    value: Any
    "The JSON that was sent as text; `None` where nothing was sent."

    text: str
    structured: Any

    @classmethod
    def of(cls, result: CallToolResult) -> Answer:
        """Read a result."""
        texts = [each.text for each in result.content if isinstance(each, TextContent)]
        assert len(texts) == len(result.content), result.content
        text = "".join(texts)
        return cls(
            failed=result.is_error,
            value=None if result.is_error or not text else json.loads(text),
            text=text,
            structured=result.structured_content,
        )


class Speaker:
    """Calls the tools of one server."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self._client = client

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        """Call a tool, and return what it came to."""
        answer: Answer = self._portal.call(self._call, tool, dict(arguments))
        return answer

    def beside_tools(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Return the server's resources, resource templates and prompts."""
        found: tuple[list[Any], list[Any], list[Any]] = self._portal.call(self._beside_tools)
        return found

    async def _beside_tools(self) -> tuple[list[Any], list[Any], list[Any]]:
        with anyio.fail_after(CALL_SECONDS):
            return (
                list((await self._client.list_resources()).resources),
                list((await self._client.list_resource_templates()).resource_templates),
                list((await self._client.list_prompts()).prompts),
            )

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Answer:
        with anyio.fail_after(CALL_SECONDS):
            return Answer.of(await self._client.call_tool(tool, arguments))


@contextmanager
def over_stdio(
    portal: BlockingPortal, program: Path, *, env: Mapping[str, str], home: Path
) -> Generator[Speaker]:
    """Start a server as a program, and speak with it over its standard streams."""
    parameters = StdioServerParameters(command=str(program), env=dict(env), cwd=home)
    with (home / "stderr.txt").open("w") as log:
        target = stdio_client(parameters, errlog=log)
        with portal.wrap_async_context_manager(Client(target, cache=None)) as client:
            yield Speaker(portal, client)


@contextmanager
def over_http(portal: BlockingPortal, url: str, *, key: str) -> Generator[Speaker]:
    """Speak with a server over streamable HTTP, with an API key."""

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Client]:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http,
            Client(streamable_http_client(url, http_client=http), cache=None) as client,
        ):
            yield client

    with portal.wrap_async_context_manager(opened()) as client:
        yield Speaker(portal, client)
