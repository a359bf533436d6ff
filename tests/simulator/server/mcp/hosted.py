"""The simulated hosted MCP server in process, with stubs for the rest of the server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.types import ASGIApp

from pytest_tavus.simulator.mcp.toolbox import McpToolResult
from pytest_tavus.simulator.server.http.guard import Guard
from pytest_tavus.simulator.server.mcp.endpoint import build_mcp_endpoint
from pytest_tavus.simulator.server.mcp.late import McpEndpoint
from pytest_tavus.simulator.server.oauth.endpoint import OAuthEndpoint, build_oauth_endpoint
from pytest_tavus.simulator.server.oauth.terms import OAuthContext, OAuthTerms, TokenGenerator
from pytest_tavus.simulator.server.options import ServerLimits
from tests.simulator.server.constants import BASE, START, seeded_tokens

KEY = "tavus_sim_prod_0123456789abcdef"
ISSUED = "tavus_sim_prod_fedcba9876543210"

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
class StubTools:
    """A tool box with fixed answers: a result, or an exception to raise."""

    listed: Sequence[Mapping[str, Any]] = (ECHO,)
    answers: dict[str, McpToolResult | Exception] = field(
        default_factory=dict[str, McpToolResult | Exception]
    )
    calls: list[tuple[str, Mapping[str, Any]]] = field(
        default_factory=list[tuple[str, Mapping[str, Any]]]
    )

    def definitions(self) -> Sequence[Mapping[str, Any]]:
        return self.listed

    async def call(self, name: str, arguments: Mapping[str, Any]) -> McpToolResult:
        self.calls.append((name, arguments))
        answer = self.answers.get(name, McpToolResult(value={"said": dict(arguments)}))
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass(slots=True, kw_only=True)
class HostedBackend:
    """Stubs for the clock, the journal, the keys and the tools of the server."""

    now: float = START
    notes: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]]
    )
    keys: set[str] = field(default_factory=lambda: {KEY})
    tools: StubTools = field(default_factory=StubTools)
    generate_token: TokenGenerator = field(default_factory=lambda: seeded_tokens(1))

    def oauth_context(self, base_url: str = BASE) -> OAuthContext:
        return OAuthContext(
            base_url=base_url,
            issue_key=self.issue,
            accepts_key=self.keys.__contains__,
            now=lambda: self.now,
            generate_token=self.generate_token,
            note=lambda name, data: self.notes.append((name, dict(data))),
        )

    def issue(self) -> str:
        self.keys.add(ISSUED)
        return ISSUED


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """A running server, and a client for it that follows no redirect."""

    backend: HostedBackend
    app: ASGIApp
    http: httpx2.AsyncClient
    oauth: OAuthEndpoint
    mcp: McpEndpoint

    def client(self, **options: Any) -> httpx2.AsyncClient:
        """Return another client: other cookies, other headers."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url=BASE, **options
        )


@asynccontextmanager
async def hosted(backend: HostedBackend | None = None, **terms: Any) -> AsyncGenerator[Hosted]:
    """Run a server with these terms."""
    backend = backend or HostedBackend()
    oauth = build_oauth_endpoint(backend.oauth_context(), OAuthTerms(**terms))
    mcp = build_mcp_endpoint(
        backend.tools, version="9", protect=oauth.protect, accepts_token=oauth.accepts_token
    )
    app = Guard(Starlette(routes=[*oauth.routes, *mcp.endpoint.routes]), limits=ServerLimits())
    async with (
        mcp.endpoint.lifespan(),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as http,
    ):
        yield Hosted(backend=backend, app=app, http=http, oauth=oauth, mcp=mcp)
