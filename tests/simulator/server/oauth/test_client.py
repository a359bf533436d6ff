"""The SDK's own OAuth client signs in, in both eras of the protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from mcp_types import TextContent
from pydantic import AnyUrl

from tests.simulator.server.constants import CALLBACK, MCP
from tests.simulator.server.mcp.hosted import KEY, Hosted, hosted
from tests.simulator.server.oauth.oauth_client import answer_page, query_of

pytestmark = pytest.mark.asyncio

Method = Literal["none", "client_secret_post", "client_secret_basic"]

METHODS = pytest.mark.parametrize("method", [None, "none", "client_secret_basic"])
ERAS = pytest.mark.parametrize("era", ["auto", "legacy", "2026-07-28"])


@dataclass(slots=True)
class MemoryStorage:
    """Stores the registration and the tokens of a client in memory."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@dataclass(slots=True)
class BrowserUser:
    """Opens the page of a sign-in, presses its button, and returns the answer to the client."""

    server: Hosted
    answer: dict[str, str] = field(default_factory=dict[str, str])
    asked: int = 0

    async def open(self, url: str) -> None:
        self.asked += 1
        async with self.server.client() as browser:
            step = await browser.get(url)
            while step.status_code == 302:
                url = step.headers["location"]
                step = await browser.get(url)
            pressed = step if step.status_code == 303 else await answer_page(browser, url)
        self.answer = query_of(pressed)

    async def bring(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**self.answer)


def sign_in(
    person: BrowserUser, storage: MemoryStorage, method: Method | None
) -> OAuthClientProvider:
    metadata = OAuthClientMetadata(
        client_name="the SDK",
        redirect_uris=[AnyUrl(CALLBACK)],
        token_endpoint_auth_method=method,
    )
    return OAuthClientProvider(MCP, metadata, storage, person.open, person.bring)


@asynccontextmanager
async def connected(http: httpx2.AsyncClient, era: str) -> AsyncGenerator[Client]:
    async with Client(
        streamable_http_client(MCP, http_client=http), mode=era, cache=None
    ) as client:
        yield client


async def call_echo(client: Client) -> object:
    result = await client.call_tool("tavus_echo", {"text": "hello"})
    assert isinstance(result.content[0], TextContent)
    return result.structured_content


@ERAS
@METHODS
async def test_a_client_signs_in_and_calls_a_tool(method: Method | None, era: str) -> None:
    async with hosted() as server:
        person, storage = BrowserUser(server), MemoryStorage()
        async with (
            server.client(auth=sign_in(person, storage, method)) as http,
            connected(http, era) as client,
        ):
            tools = await client.list_tools()
            answer = await call_echo(client)

    assert [tool.name for tool in tools.tools] == ["tavus_echo"]
    assert answer == {"said": {"text": "hello"}}
    assert person.asked == 1
    assert person.answer.keys() == {"code", "state", "iss"}
    assert storage.client is not None
    assert storage.client.token_endpoint_auth_method == (method or "client_secret_post")


@ERAS
@METHODS
async def test_an_expired_token_is_refreshed_without_a_question(
    method: Method | None, era: str
) -> None:
    async with hosted(auto_approve=True) as server:
        person, storage = BrowserUser(server), MemoryStorage()
        provider = sign_in(person, storage, method)
        async with server.client(auth=provider) as http, connected(http, era) as client:
            before = await call_echo(client)
            old = storage.tokens
            server.backend.now += 901
            provider.context.token_expiry_time = 1.0
            after = await call_echo(client)

    assert before == after == {"said": {"text": "hello"}}
    assert person.asked == 1
    assert old is not None
    assert storage.tokens is not None
    assert old.access_token != storage.tokens.access_token
    assert old.refresh_token != storage.tokens.refresh_token


@pytest.mark.fidelity("oauth.raw_key")
@ERAS
async def test_a_client_with_a_key_needs_no_sign_in(era: str) -> None:
    async with hosted() as server:
        headers = {"Authorization": f"Bearer {KEY}"}
        async with server.client(headers=headers) as http, connected(http, era) as client:
            answer = await call_echo(client)

    assert answer == {"said": {"text": "hello"}}
    assert server.backend.tools.calls == [("tavus_echo", {"text": "hello"})]
