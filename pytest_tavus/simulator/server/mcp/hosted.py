"""Builds the simulation of Tavus's hosted MCP server: the endpoint and its sign-in."""

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
    generate_token: TokenGenerator = generate_token,
) -> McpEndpoint:
    """Build `/mcp` and the routes of its sign-in.

    A person who signs in gets a key of `keys`, and each of these keys is also a bearer token.
    """
    context = OAuthContext(
        base_url=site.base_url,
        issue_key=keys.issue,
        accepts_key=keys.accepts,
        now=site.monotonic_epoch,
        generate_token=generate_token,
        note=note,
    )
    sign_in = build_oauth_endpoint(context, OAuthTerms(auto_approve=site.options.auto_approve))
    mcp = build_mcp_endpoint(
        tools,
        version=simulator_version(),
        protect=sign_in.protect,
        accepts_token=sign_in.accepts_token,
    )
    routes = (*sign_in.routes, *mcp.endpoint.routes)
    return replace(
        mcp,
        endpoint=Endpoint(routes=routes, lifespan=mcp.endpoint.lifespan),
        end_sign_ins=sign_in.end_all,
    )
