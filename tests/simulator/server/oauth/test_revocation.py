"""Revocation: tokens end their session, and only their own client may revoke them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_tavus.simulator.server.oauth.provider import SignIn
from pytest_tavus.simulator.server.oauth.terms import OAuthTerms
from tests.simulator.server.constants import GRANT
from tests.simulator.server.mcp.hosted import KEY, HostedBackend, hosted
from tests.simulator.server.oauth.oauth_client import register_client

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("oauth.revocation")
@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_revoking_either_token_ends_the_session(which: str) -> None:
    async with hosted() as server:
        client = await register_client(server)
        tokens = await client.tokens()
        before = await client.list_tools(tokens["access_token"])
        answer = await client.revoke(tokens[which])
        after = await client.list_tools(tokens["access_token"])
        refreshed = await client.refresh(tokens["refresh_token"])

    assert (before.status_code, answer.status_code, after.status_code) == (200, 200, 401)
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


async def test_the_sdk_can_revoke_a_token() -> None:
    sign_in = SignIn(HostedBackend().oauth_context(), OAuthTerms())
    pair = sign_in.sessions.redeem(sign_in.sessions.issue_code(GRANT))
    assert pair is not None
    token = await sign_in.load_access_token(pair.access)
    assert token is not None
    await sign_in.revoke_token(token)

    assert await sign_in.load_access_token(pair.access) is None


@pytest.mark.parametrize("token", ["nobody-gave-this", KEY])
async def test_revoking_an_unknown_token_succeeds_without_effect(token: str) -> None:
    async with hosted() as server:
        client = await register_client(server)
        tokens = await client.tokens()
        answer = await client.revoke(token)
        listings = [await client.list_tools(each) for each in (tokens["access_token"], KEY)]

    assert answer.status_code == 200
    assert [each.status_code for each in listings] == [200, 200]


async def test_a_client_cannot_revoke_tokens_of_another_client() -> None:
    async with hosted() as server:
        client, other = await register_client(server), await register_client(server)
        tokens = await client.tokens()
        answer = await other.revoke(tokens["refresh_token"])
        listing = await client.list_tools(tokens["access_token"])

    assert (answer.status_code, listing.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
        ({}, 400, "invalid_request"),
    ],
)
async def test_a_revocation_without_client_or_token_is_refused(
    changed: dict[str, Any], status: int, error: str
) -> None:
    async with hosted() as server:
        answer = await (await register_client(server)).revoke(None, **changed)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
