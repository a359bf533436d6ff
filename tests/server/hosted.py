"""The simulated hosted MCP server in process, and a client that does each step."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from starlette.applications import Starlette
from starlette.types import ASGIApp

from pytest_tavus.mcp_tools.toolbox import ToolResult
from pytest_tavus.server.guard import Guard
from pytest_tavus.server.mcp_door import mcp_door
from pytest_tavus.server.mcp_late import McpDoor
from pytest_tavus.server.oauth.door import OAuthDoor, oauth_door
from pytest_tavus.server.oauth.randomness import FreshToken, seeded
from pytest_tavus.server.oauth.terms import OAuthTerms, Surroundings
from pytest_tavus.server.options import Limits

BASE = "http://127.0.0.1:8123"
MCP = f"{BASE}/mcp"
CALLBACK = "http://127.0.0.1:7777/callback"
KEY = "tavus_sim_prod_0123456789abcdef"
ISSUED = "tavus_sim_prod_fedcba9876543210"
VERIFIER = "a-verifier-that-is-long-enough-for-everyone-1234567"
START = 1_800_000_000.0

ECHO: dict[str, Any] = {
    "name": "tavus_echo",
    "description": "Says it again.",
    "inputSchema": {
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "additionalProperties": False,
    },
    "annotations": {"readOnlyHint": True},
    "_meta": {"fastmcp": {"tags": []}},
}


@dataclass(slots=True, kw_only=True)
class GivenTools:
    """A tool box with given answers: a result, or an exception to raise."""

    listed: Sequence[Mapping[str, Any]] = (ECHO,)
    answers: dict[str, ToolResult | Exception] = field(
        default_factory=dict[str, ToolResult | Exception]
    )
    calls: list[tuple[str, Mapping[str, Any]]] = field(
        default_factory=list[tuple[str, Mapping[str, Any]]]
    )

    def definitions(self) -> Sequence[Mapping[str, Any]]:
        return self.listed

    async def call(self, name: str, arguments: Mapping[str, Any]) -> ToolResult:
        self.calls.append((name, arguments))
        answer = self.answers.get(name, ToolResult(value={"said": dict(arguments)}))
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass(slots=True, kw_only=True)
class World:
    """What is around the server: the time, the journal, the tools."""

    now: float = START
    notes: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )
    keys: set[str] = field(default_factory=lambda: {KEY})
    tools: GivenTools = field(default_factory=GivenTools)
    fresh: FreshToken = field(default_factory=lambda: seeded(1))

    def surroundings(self, base_url: str = BASE) -> Surroundings:
        return Surroundings(
            base_url=base_url,
            issue_key=self.issue,
            accepts_key=self.keys.__contains__,
            now=lambda: self.now,
            fresh=self.fresh,
            note=lambda name, data: self.notes.append((name, dict(data))),
        )

    def issue(self) -> str:
        self.keys.add(ISSUED)
        return ISSUED


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """A server that runs, and a client for it that follows no redirect."""

    world: World
    app: ASGIApp
    http: httpx2.AsyncClient
    oauth: OAuthDoor
    door: McpDoor

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """Return another client: other cookies, other headers."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url=BASE, **options
        )


@asynccontextmanager
async def hosted(world: World | None = None, **terms: Any) -> AsyncGenerator[Hosted]:
    """Run a server with these terms."""
    world = world or World()
    oauth = oauth_door(world.surroundings(), OAuthTerms(**terms))
    door = mcp_door(world.tools, version="9", protect=oauth.protect)
    app = Guard(Starlette(routes=[*oauth.routes, *door.door.routes]), limits=Limits())
    async with (
        door.door.running(),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as http,
    ):
        yield Hosted(world=world, app=app, http=http, oauth=oauth, door=door)


# Pages


def fields_of(page: httpx2.Response) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return {unescape(name): unescape(value) for name, value in found}


async def answer_page(
    http: httpx2.AsyncClient, url: str, *, decision: str = "approve"
) -> httpx2.Response:
    """Open a page as a browser does, and press one of its buttons."""
    page = await http.get(url)
    assert page.status_code == 200, page.text
    return await http.post(
        urlsplit(url).path,
        data={**fields_of(page), "decision": decision},
        headers={"Origin": BASE},
    )


def query_of(response: httpx2.Response) -> dict[str, str]:
    """Return the query of the address that a response sends the browser to."""
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


# One step of the flow each


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A client that registered, and does each step as it is told to."""

    hosted: Hosted
    client_id: str
    redirect_uri: str = CALLBACK

    async def authorize(self, **changed: str | None) -> httpx2.Response:
        """Ask to sign in. A changed parameter that is `None` is left out."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "state": "a state",
            "resource": MCP,
            **changed,
        }
        return await self.hosted.http.get("/authorize", params=_given(query))

    async def code(self, **changed: str | None) -> str:
        """Sign in, and return the code."""
        asked = await self.authorize(**changed)
        return query_of(await answer_page(self.hosted.http, asked.headers["location"]))["code"]

    async def exchange(self, code: str, **changed: str | None) -> httpx2.Response:
        """Ask for tokens with a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "code_verifier": VERIFIER,
            "resource": MCP,
            **changed,
        }
        return await self.hosted.http.post("/token", data=_given(form))

    async def tokens(self, **changed: str | None) -> dict[str, Any]:
        """Sign in, and return the tokens."""
        answer = await self.exchange(await self.code(**changed))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refresh(self, token: str, **changed: str | None) -> httpx2.Response:
        """Ask for new tokens."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": self.client_id,
            "resource": MCP,
            **changed,
        }
        return await self.hosted.http.post("/token", data=_given(form))

    async def revoke(self, token: str | None, **changed: str | None) -> httpx2.Response:
        """Ask for a session to end."""
        form = {"token": token, "client_id": self.client_id, **changed}
        return await self.hosted.http.post("/revoke", data=_given(form))

    async def knock(self, token: str | None) -> httpx2.Response:
        """Ask for the list of tools with a bearer token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self.hosted.http.post("/mcp", json=LISTING, headers={**ACCEPT, **headers})

    def with_redirect(self, uri: str) -> Visitor:
        """Return the same client, with another callback from now on."""
        return replace(self, redirect_uri=uri)


ACCEPT = {"Accept": "application/json, text/event-stream"}
LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


async def register(hosted: Hosted, **changed: Any) -> httpx2.Response:
    """Ask to be registered."""
    metadata = {
        "client_name": "A client of the tests",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        **changed,
    }
    return await hosted.http.post("/register", json=metadata)


async def visitor(hosted: Hosted, **changed: Any) -> Visitor:
    """Register, and return the client."""
    answer = await register(hosted, **changed)
    assert answer.status_code == 201, answer.text
    return Visitor(hosted=hosted, client_id=answer.json()["client_id"])


def challenge(verifier: str = VERIFIER) -> str:
    """Return the S256 challenge of a verifier."""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).decode().rstrip("=")


def _given(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
