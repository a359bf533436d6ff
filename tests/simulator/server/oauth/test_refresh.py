"""Refresh tokens: their exchange, and the effect of a second use."""

from __future__ import annotations

import pytest

from tests.simulator.server.mcp.hosted import hosted
from tests.simulator.server.oauth.oauth_client import register_client

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("oauth.rotating_refresh_tokens")
async def test_refreshing_gives_two_new_tokens() -> None:
    async with hosted() as server:
        client = await register_client(server)
        old = await client.tokens()
        server.backend.now += 30 * 24 * 3600
        answer = await client.refresh(old["refresh_token"])
        new = answer.json()
        listing = await client.list_tools(new["access_token"])

    assert answer.status_code == 200
    assert new["access_token"] != old["access_token"]
    assert new["refresh_token"] != old["refresh_token"]
    assert listing.status_code == 200


@pytest.mark.fidelity("oauth.refresh_reuse")
async def test_a_refresh_token_may_come_back_within_a_minute() -> None:
    async with hosted() as server:
        client = await register_client(server)
        old = await client.tokens()
        first = await client.refresh(old["refresh_token"])
        server.backend.now += 60
        second = await client.refresh(old["refresh_token"])
        listings = [
            await client.list_tools(each.json()["access_token"]) for each in (first, second)
        ]

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["refresh_token"] != second.json()["refresh_token"]
    assert [each.status_code for each in listings] == [200, 200]


@pytest.mark.fidelity("oauth.refresh_reuse")
async def test_a_refresh_token_that_comes_back_later_ends_its_session() -> None:
    async with hosted() as server:
        client = await register_client(server)
        bystander = await client.tokens()
        old = await client.tokens()
        new = (await client.refresh(old["refresh_token"])).json()
        server.backend.now += 61
        late = await client.refresh(old["refresh_token"])
        after = await client.refresh(new["refresh_token"])
        listings = [await client.list_tools(each["access_token"]) for each in (old, new, bystander)]

    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    assert (after.status_code, after.json()["error"]) == (400, "invalid_grant")
    assert [each.status_code for each in listings] == [401, 401, 200]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"resource": "http://127.0.0.1:9/mcp"}, "invalid_target"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"refresh_token": "nobody-gave-this"}, "invalid_grant"),
    ],
)
async def test_a_refused_refresh_leaves_the_token_valid(
    changed: dict[str, str], error: str
) -> None:
    async with hosted() as server:
        client = await register_client(server)
        old = await client.tokens()
        wrong = await client.refresh(old["refresh_token"], **changed)
        server.backend.now += 61
        right = await client.refresh(old["refresh_token"])

    assert (wrong.status_code, wrong.json()["error"]) == (400, error)
    assert right.status_code == 200


async def test_another_client_cannot_refresh() -> None:
    async with hosted() as server:
        client, other = await register_client(server), await register_client(server)
        tokens = await client.tokens()
        answer = await other.refresh(tokens["refresh_token"])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.fidelity("oauth.scope_of_each_request")
async def test_a_token_without_the_scope_is_refused() -> None:
    async with hosted(scopes=("read", "write")) as server:
        client = await register_client(server)
        tokens = await client.tokens()
        less = (await client.refresh(tokens["refresh_token"], scope="read")).json()
        enough, lacking = (
            await client.list_tools(tokens["access_token"]),
            await client.list_tools(less["access_token"]),
        )

    assert less["scope"] == "read"
    assert enough.status_code == 200
    assert (lacking.status_code, lacking.json()["error"]) == (403, "insufficient_scope")
