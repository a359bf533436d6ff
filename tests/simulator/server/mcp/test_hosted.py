"""The hosted MCP server as part of a whole simulated Tavus: one account behind every endpoint."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.types import Scope

from pytest_tavus.simulator.mcp.hosted import load_recorded_definitions
from pytest_tavus.simulator.server.compose import (
    ServerContext,
    SimulatedTavus,
    open_simulated_tavus,
)
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.constants import BASE, CALLBACK, MCP
from tests.simulator.server.oauth.oauth_client import (
    ACCEPT,
    LISTING,
    VERIFIER,
    challenge,
    delivery_of,
    query_of,
)

pytestmark = pytest.mark.asyncio

TOOL = {"name": "get_order_status", "description": "Looks an order up."}


def _nothing_to_cut(_scope: Scope) -> bool:
    return False


@asynccontextmanager
async def whole(
    options: ServerOptions | None = None,
) -> AsyncGenerator[tuple[SimulatedTavus, httpx2.AsyncClient]]:
    outside = ServerContext(base_url=BASE, environ={}, hang_up=_nothing_to_cut)
    async with (
        open_simulated_tavus(options or ServerOptions(), outside) as tavus,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(tavus.app), base_url=BASE) as http,
    ):
        yield tavus, http


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_rest_returns_objects_that_a_tool_created(era: str) -> None:
    async with whole() as (tavus, http):
        key = tavus.keys.first
        http.headers.update(bearer(key))
        transport = streamable_http_client(MCP, http_client=http)
        async with Client(transport, mode=era, cache=None) as client:
            tools = await client.list_tools()
            made = await client.call_tool("tavus_tool_create", TOOL)
            refused = await client.call_tool("tavus_pal_get", {"pal_id": 5})
        assert made.structured_content is not None, made.content
        path = f"/v2/tools/{made.structured_content['tool_id']}"
        answer = await http.get(path, headers={"x-api-key": key})

    assert [tool.name for tool in tools.tools] == [
        each["name"] for each in load_recorded_definitions()
    ]
    assert made.is_error is False
    assert refused.is_error is True
    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in TOOL} == TOOL


async def test_a_key_that_a_person_got_by_signing_in_is_good_for_rest() -> None:
    async with whole(ServerOptions(auto_approve=True)) as (_, http):
        query = {"callback": CALLBACK, "state": "s", "name": "n"}
        page = await http.get("/dev/cli-authorize", params=query)
        key = delivery_of(page)["payload"]["api_key"]
        good = await http.get("/v2/pals", headers={"x-api-key": key})
        bad = await http.get("/v2/pals", headers={"x-api-key": f"{key}0"})

    assert (good.status_code, bad.status_code) == (200, 401)


async def signed_in(http: httpx2.AsyncClient, client_id: str) -> dict[str, str]:
    """Sign in as a client that registered, and return the tokens."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "code_challenge": challenge(),
        "redirect_uri": CALLBACK,
    }
    asked = await http.get("/authorize", params=query)
    form = {
        "grant_type": "authorization_code",
        "code": query_of(await http.get(asked.headers["location"]))["code"],
        "redirect_uri": CALLBACK,
        "client_id": client_id,
        "code_verifier": VERIFIER,
    }
    tokens: dict[str, str] = (await http.post("/token", data=form)).json()
    return tokens


async def test_a_reset_ends_tokens_requests_and_issued_keys_and_keeps_the_first_key() -> None:
    async with whole(ServerOptions(auto_approve=True, control=True)) as (tavus, http):
        metadata = {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
        client_id = (await http.post("/register", json=metadata)).json()["client_id"]
        login = {"callback": CALLBACK, "state": "s", "name": "n"}

        async def issued() -> str:
            page = await http.get("/dev/cli-authorize", params=login)
            return str(delivery_of(page)["payload"]["api_key"])

        async def knock(token: str) -> int:
            asked = await http.post("/mcp", json=LISTING, headers={**ACCEPT, **bearer(token)})
            return asked.status_code

        tokens, key = await signed_in(http, client_id), await issued()
        waiting = await http.get(
            "/authorize",
            params={
                "response_type": "code",
                "client_id": client_id,
                "code_challenge": challenge(),
                "redirect_uri": CALLBACK,
            },
        )
        before = [await knock(each) for each in (tokens["access_token"], key, tavus.keys.first)]
        first = {"x-api-key": tavus.keys.first}
        reset = await http.post("/_simulator/reset", headers=first)
        after = [await knock(each) for each in (tokens["access_token"], key, tavus.keys.first)]
        anew = await signed_in(http, client_id)
        other = await issued()
        at_last = [await knock(each) for each in (anew["access_token"], other, key)]
        answered = await http.get(waiting.headers["location"])
        refreshed = await http.post(
            "/token",
            data={
                "grant_type": "refresh_token",
                "refresh_token": tokens["refresh_token"],
                "client_id": client_id,
            },
        )

    assert (reset.status_code, before, after) == (204, [200, 200, 200], [401, 401, 200])
    assert at_last == [200, 200, 401]
    assert "not signed by this server" in answered.text
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


async def test_a_reset_with_another_seed_keeps_the_key() -> None:
    async with whole(ServerOptions(control=True)) as (tavus, http):
        key = {"x-api-key": tavus.keys.first}
        await http.post("/_simulator/reset", json={"seed": 9}, headers=key)
        answer = await http.get("/v2/pals", headers=key)

    assert answer.status_code == 200


async def test_a_refused_registration_is_noted_in_the_journal() -> None:
    async with whole(ServerOptions(control=True)) as (tavus, http):
        metadata = {"redirect_uris": ["https://client.example/callback"]}
        answer = await http.post("/register", json=metadata)
        notes = tavus.admin.journal.as_json()["notes"]

    assert answer.status_code == 400
    assert notes == [{"name": "oauth_register_rejected", **metadata}]


async def test_a_whole_sign_in_leaves_no_secret_in_the_journal() -> None:
    async with whole(ServerOptions(auto_approve=True, control=True)) as (tavus, http):
        client = (await http.post("/register", json={"redirect_uris": [CALLBACK]})).json()
        query = {
            "response_type": "code",
            "client_id": client["client_id"],
            "code_challenge": challenge(),
            "redirect_uri": CALLBACK,
        }
        asked = await http.get("/authorize", params=query)
        code = query_of(await http.get(asked.headers["location"]))["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
            "code_verifier": VERIFIER,
        }
        tokens = (await http.post("/token", data=form)).json()
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        listing = await http.post("/mcp", json=LISTING, headers={**ACCEPT, **bearer(access)})
        renewal = {**form, "grant_type": "refresh_token", "refresh_token": refresh}
        renewed = await http.post("/token", data=renewal)
        journal = json.dumps(tavus.admin.journal.as_json())

    assert (listing.status_code, renewed.status_code) == (200, 200)
    assert "/token" in journal
    for secret in (code, access, refresh, VERIFIER, client["client_secret"], tavus.keys.first):
        assert secret not in journal


async def test_a_large_registration_is_refused_before_it_is_read() -> None:
    async with whole() as (tavus, http):
        limit = tavus.site.options.limits.body_bytes
        answer = await http.post("/register", content=b" " * (limit + 1))
        # Whoever registers has no key, so a smaller one is too large as well.
        second = await http.post("/register", content=b" " * (2**16 + 1))

    assert (answer.status_code, second.status_code) == (413, 413)
