"""Codes and tokens: their exchange, their lifetimes and their checks."""

from __future__ import annotations

import base64

import httpx2
import pytest
from msgspec.structs import replace
from starlette.responses import PlainTextResponse

from pytest_tavus.simulator.server.oauth.endpoint import protect_app
from pytest_tavus.simulator.server.oauth.provider import SignIn
from pytest_tavus.simulator.server.oauth.sessions import Sessions
from pytest_tavus.simulator.server.oauth.terms import OAuthTerms, digest
from tests.simulator.server.constants import BASE, GRANT, MCP, START
from tests.simulator.server.mcp.hosted import KEY, HostedBackend, hosted
from tests.simulator.server.oauth.oauth_client import register_client

pytestmark = pytest.mark.asyncio


@pytest.mark.fidelity("oauth.access_tokens_last_15_minutes")
async def test_a_code_becomes_a_token_for_a_quarter_of_an_hour_and_one_to_refresh_it() -> None:
    async with hosted() as server:
        client = await register_client(server)
        answer = await client.exchange(await client.code())
        listing = await client.list_tools(answer.json()["access_token"])

    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 900, "mcp")
    assert answer.headers["cache-control"] == "no-store"
    assert listing.status_code == 200


@pytest.mark.fidelity("oauth.one_time_requests")
async def test_a_code_is_good_once() -> None:
    async with hosted() as server:
        client = await register_client(server)
        code = await client.code()
        first, second = await client.exchange(code), await client.exchange(code)

    assert first.status_code == 200
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")


@pytest.mark.fidelity("oauth.code_reuse")
async def test_a_code_that_is_used_again_ends_the_tokens_of_its_first_use() -> None:
    async with hosted() as server:
        client, thief = await register_client(server), await register_client(server)
        code = await client.code()
        tokens = (await client.exchange(code)).json()
        before = await client.list_tools(tokens["access_token"])
        again = await thief.exchange(code)
        after = await client.list_tools(tokens["access_token"])
        refreshed = await client.refresh(tokens["refresh_token"])
        anew = await client.tokens()
        at_last = await client.list_tools(anew["access_token"])

    assert (before.status_code, after.status_code, at_last.status_code) == (200, 401, 200)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


async def test_a_code_that_was_refused_for_its_verifier_ends_nothing() -> None:
    async with hosted() as server:
        client = await register_client(server)
        tokens = await client.tokens()
        code = await client.code()
        await client.exchange(code, code_verifier="another-verifier-that-is-long-enough-too")
        assert (await client.exchange(code)).status_code == 200
        listing = await client.list_tools(tokens["access_token"])

    assert listing.status_code == 200


@pytest.mark.parametrize(("later", "status"), [(60, 200), (61, 400)])
async def test_a_code_is_good_for_a_minute(later: float, status: int) -> None:
    async with hosted() as server:
        client = await register_client(server)
        code = await client.code()
        server.backend.now += later
        answer = await client.exchange(code)

    assert answer.status_code == status


@pytest.mark.fidelity("oauth.pkce")
async def test_a_wrong_verifier_gets_nothing_and_does_not_burn_the_code() -> None:
    async with hosted() as server:
        client = await register_client(server)
        code = await client.code()
        wrong = await client.exchange(
            code, code_verifier="another-verifier-that-is-long-enough-too"
        )
        right = await client.exchange(code)

    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert right.status_code == 200


@pytest.mark.fidelity("oauth.resource")
@pytest.mark.parametrize("resource", ["http://127.0.0.1:9/mcp", "", "https://mcp.tavus.io/mcp"])
async def test_a_code_is_not_exchanged_for_another_server(resource: str) -> None:
    async with hosted() as server:
        client = await register_client(server)
        code = await client.code()
        wrong = await client.exchange(code, resource=resource)
        right = await client.exchange(code)

    assert wrong.status_code == 400
    assert wrong.json() == {
        "error": "invalid_target",
        "error_description": f"This server is {MCP}.",
    }
    assert right.status_code == 200


async def test_a_foreign_resource_among_several_is_refused() -> None:
    async with hosted() as server:
        form = {"resource": [MCP, "http://127.0.0.1:9/mcp"]}
        answer = await server.http.post("/token", data=form)

    assert answer.json()["error"] == "invalid_target"


@pytest.mark.fidelity("oauth.token_checks")
async def test_a_code_is_exchanged_by_its_own_client_with_its_own_callback() -> None:
    async with hosted() as server:
        client, other = await register_client(server), await register_client(server)
        code = await client.code()
        stolen = await other.exchange(code)
        moved = await client.exchange(code, redirect_uri="http://127.0.0.1:7777/elsewhere")
        right = await client.exchange(code)

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (moved.status_code, moved.json()["error"]) == (400, "invalid_request")
    assert right.status_code == 200


@pytest.mark.parametrize("form", [{}, {"client_id": "nobody"}])
async def test_tokens_are_not_for_a_client_that_did_not_register(form: dict[str, str]) -> None:
    async with hosted() as server:
        answer = await server.http.post("/token", data=form)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.fidelity("oauth.access_tokens_last_15_minutes")
@pytest.mark.parametrize(("later", "status"), [(900, 200), (901, 401)])
async def test_an_access_token_ends_after_a_quarter_of_an_hour_of_the_account(
    later: float, status: int
) -> None:
    async with hosted() as server:
        client = await register_client(server)
        tokens = await client.tokens()
        server.backend.now += later
        answer = await client.list_tools(tokens["access_token"])

    assert answer.status_code == status


@pytest.mark.fidelity("oauth.resource")
@pytest.mark.parametrize(("resource", "status"), [(MCP, 200), ("http://127.0.0.1:9/mcp", 401)])
async def test_a_token_for_another_resource_is_not_taken(resource: str, status: int) -> None:
    """Such a token cannot be asked for, so it is put where tokens are kept."""
    sign_in = SignIn(HostedBackend().oauth_context(), OAuthTerms())
    pair = sign_in.sessions.redeem(sign_in.sessions.issue_code(replace(GRANT, resource=resource)))
    assert pair is not None
    app = protect_app(PlainTextResponse("in"), sign_in)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE) as http:
        answer = await http.get("/mcp", headers={"Authorization": f"Bearer {pair.access}"})

    assert answer.status_code == status


@pytest.mark.parametrize("secret", [None, "wrong"])
async def test_a_client_with_a_secret_has_to_show_it(secret: str | None) -> None:
    async with hosted() as server:
        client = await register_client(server, token_endpoint_auth_method="client_secret_post")
        answers = [
            await client.exchange(await client.code(), client_secret=secret),
            await client.revoke("x", client_secret=secret),
        ]

    assert [each.status_code for each in answers] == [401, 401]
    assert [each.json()["error"] for each in answers] == ["invalid_client", "invalid_client"]


@pytest.mark.fidelity("oauth.raw_key")
async def test_an_api_key_is_a_valid_bearer_token() -> None:
    async with hosted() as server:
        client = await register_client(server)
        good, bad = await client.list_tools(KEY), await client.list_tools(f"{KEY}0")

    assert (good.status_code, bad.status_code) == (200, 401)


async def test_a_scheme_that_is_not_bearer_is_refused() -> None:
    async with hosted() as server:
        basic = base64.b64encode(f"{KEY}:".encode()).decode()
        answer = await server.http.post("/mcp", headers={"Authorization": f"Basic {basic}"})

    assert answer.status_code == 401


async def test_tokens_are_stored_as_hashes_only() -> None:
    given: list[str] = []
    backend = HostedBackend()
    seeded_source = backend.generate_token

    def fresh(kind: str) -> str:
        token = seeded_source(kind)
        if kind in {"code", "access", "refresh"}:
            given.append(token)
        return token

    kept = Sessions(terms=OAuthTerms(), now=lambda: START, generate_token=fresh)
    kept.issue_code(GRANT)
    kept.redeem(kept.issue_code(GRANT))

    state = repr(vars(kept))
    assert len(given) == 4
    assert not [token for token in given if token in state]
    assert digest(given[0]) in state
