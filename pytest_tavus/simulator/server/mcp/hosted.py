"""Tavus's hosted MCP server, simulated: the endpoint, and the sign-in that guards it."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.server.http.marker import simulator_version
from pytest_tavus.simulator.server.mcp.endpoint import Tools, build_mcp_endpoint
from pytest_tavus.simulator.server.mcp.late import McpEndpoint
from pytest_tavus.simulator.server.oauth.endpoint import build_oauth_endpoint
from pytest_tavus.simulator.server.oauth.terms import (
    Note,
    OAuthContext,
    OAuthTerms,
    TokenGenerator,
    generate_token,
)
from pytest_tavus.simulator.server.site import Endpoint, Site


def build_hosted_mcp(
    site: Site,
    tools: Tools,
    *,
    keys: ApiKeys,
    note: Note,
    fresh: TokenGenerator = generate_token,
) -> McpEndpoint:
    """Open `/mcp` and everything that a client needs to sign in there.

    A person who signs in gets a key of `keys`, and each of them is a bearer token as well.
    """
    around = OAuthContext(
        base_url=site.base_url,
        issue_key=keys.issue,
        accepts_key=keys.accepts,
        now=site.monotonic_epoch,
        generate_token=fresh,
        note=note,
    )
    sign_in = build_oauth_endpoint(around, OAuthTerms(auto_approve=site.options.auto_approve))
    opened = build_mcp_endpoint(
        tools, version=simulator_version(), protect=sign_in.protect, knows=sign_in.accepts_token
    )
    routes = (*sign_in.routes, *opened.endpoint.routes)
    return replace(
        opened,
        endpoint=Endpoint(routes=routes, lifespan=opened.endpoint.lifespan),
        end_sign_ins=sign_in.end_all,
    )
