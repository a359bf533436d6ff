"""Tavus's hosted MCP server, simulated: the endpoint, and the sign-in that guards it."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_tavus.simulator.account.keys import ApiKeys
from pytest_tavus.simulator.server.http.marker import simulator_version
from pytest_tavus.simulator.server.mcp.endpoint import Tools, mcp_door
from pytest_tavus.simulator.server.mcp.late import McpEndpoint
from pytest_tavus.simulator.server.oauth.endpoint import oauth_door
from pytest_tavus.simulator.server.oauth.terms import (
    FreshToken,
    Note,
    OAuthContext,
    OAuthTerms,
    unguessable,
)
from pytest_tavus.simulator.server.site import Endpoint, Site


def mcp_routes(
    site: Site,
    tools: Tools,
    *,
    keys: ApiKeys,
    note: Note,
    fresh: FreshToken = unguessable,
) -> McpEndpoint:
    """Open `/mcp` and everything that a client needs to sign in there.

    A person who signs in gets a key of `keys`, and each of them is a bearer token as well.
    """
    around = OAuthContext(
        base_url=site.base_url,
        issue_key=keys.issue,
        accepts_key=keys.admit,
        now=site.lasting,
        fresh=fresh,
        note=note,
    )
    sign_in = oauth_door(around, OAuthTerms(auto_approve=site.options.auto_approve))
    opened = mcp_door(
        tools, version=simulator_version(), protect=sign_in.protect, knows=sign_in.knows
    )
    routes = (*sign_in.routes, *opened.door.routes)
    return replace(
        opened,
        door=Endpoint(routes=routes, running=opened.door.running),
        end_sign_ins=sign_in.end_all,
    )
