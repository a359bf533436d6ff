"""Goes through the MCP door with an MCP SDK of 1.x and its OAuth client.

Run as ``python earlier_sdk.py URL``. Prints the tools, what one of them answers, and the tokens'
kind. A person's browser is played by an HTTP client that follows where it is sent.
"""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import httpx
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.streamable_http import streamablehttp_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

CALLBACK = "http://127.0.0.1:7777/callback"


class Drawer(TokenStorage):
    """Keeps what the client was given."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Person:
    """Opens the page the client asks for, and brings back the answer."""

    def __init__(self) -> None:
        self.answers: list[dict[str, list[str]]] = []

    async def open(self, url: str) -> None:
        """Follow every redirect until one leads to the callback."""
        async with httpx.AsyncClient() as http:
            while not url.startswith(CALLBACK):
                answer = await http.get(url)
                url = str(httpx.URL(url).join(answer.headers["location"]))
        self.answers.append(parse_qs(urlsplit(url).query))

    async def bring(self) -> tuple[str, str | None]:
        """Return the code and the state."""
        answer = self.answers[-1]
        return answer["code"][0], answer["state"][0]


async def main(url: str) -> None:
    """Sign in, list, and call."""
    drawer, person = Drawer(), Person()
    auth = OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(client_name="Earlier", redirect_uris=[CALLBACK]),
        storage=drawer,
        redirect_handler=person.open,
        callback_handler=person.bring,
    )
    async with (
        streamablehttp_client(url, auth=auth) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        hello = await session.initialize()
        tools = (await session.list_tools()).tools
        called = await session.call_tool("tavus_pal_list", {})
        refused = await session.call_tool("tavus_pal_get", {"pal_id": "p0"})
    told = {
        "era": hello.protocolVersion,
        "server": hello.serverInfo.name,
        "tools": [tool.name for tool in tools],
        "called": called.structuredContent,
        "refused": refused.isError,
        "asked": len(person.answers),
        "token": drawer.tokens is not None and drawer.tokens.token_type,
    }
    print(json.dumps(told))  # noqa: T201 - it is what the program is for


asyncio.run(main(sys.argv[1]))
