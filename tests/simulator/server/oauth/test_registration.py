"""Client registration, and the discovery documents of the sign-in."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.server.oauth.clients import MOST_CLIENTS
from tests.simulator.server.constants import BASE, CALLBACK, MCP, START
from tests.simulator.server.mcp.hosted import hosted
from tests.simulator.server.oauth.oauth_client import (
    ACCEPT,
    LISTING,
    query_of,
    register,
    register_client,
)

pytestmark = pytest.mark.asyncio

DOCUMENT = f"{BASE}/.well-known/oauth-protected-resource/mcp"


@pytest.mark.fidelity("oauth.unauthorized_points_at_the_resource_document")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody-gave-this"}])
async def test_without_a_good_token_the_answer_names_the_resource_document(
    headers: dict[str, str],
) -> None:
    async with hosted() as server:
        answer = await server.http.post("/mcp", json=LISTING, headers={**ACCEPT, **headers})

    assert answer.status_code == 401
    assert f'resource_metadata="{DOCUMENT}"' in answer.headers["www-authenticate"]
    assert answer.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.fidelity("oauth.discovery")
async def test_the_resource_document_names_the_server_that_gives_tokens() -> None:
    async with hosted() as server:
        document = (await server.http.get("/.well-known/oauth-protected-resource/mcp")).json()

    assert document == {
        "resource": MCP,
        "authorization_servers": [BASE],
        "scopes_supported": ["mcp"],
        "bearer_methods_supported": ["header"],
    }


@pytest.mark.fidelity("oauth.discovery")
async def test_the_metadata_describe_this_server() -> None:
    async with hosted() as server:
        metadata = (await server.http.get("/.well-known/oauth-authorization-server")).json()

    methods = ["client_secret_post", "client_secret_basic", "none"]
    assert metadata == {
        "issuer": BASE,
        "authorization_endpoint": f"{BASE}/authorize",
        "token_endpoint": f"{BASE}/token",
        "registration_endpoint": f"{BASE}/register",
        "revocation_endpoint": f"{BASE}/revoke",
        "scopes_supported": ["mcp"],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


@pytest.mark.fidelity("oauth.loopback_registration")
@pytest.mark.parametrize(
    "callback",
    [CALLBACK, "http://localhost:1/cb", "http://[::1]:9/x?y=z", "http://127.8.9.1/callback"],
)
async def test_a_client_with_a_loopback_callback_registers(callback: str) -> None:
    async with hosted() as server:
        answer = await register(server, redirect_uris=[callback])

    assert answer.status_code == 201
    assert answer.json()["redirect_uris"] == [callback]
    assert server.backend.notes == []


@pytest.mark.fidelity("oauth.loopback_registration")
@pytest.mark.parametrize(
    ("callback", "fault"),
    [
        ("https://client.example/callback", "its scheme is 'https', not 'http'"),
        ("http://client.example/callback", "its host is 'client.example', not localhost"),
        ("javascript:alert(1)", "its scheme is 'javascript', not 'http'"),
        ("http://127.0.0.1:7777/callback#here", "it has a fragment"),
        ("http://127.0.0.1@client.example/", "it has a user name"),
    ],
)
async def test_another_callback_is_refused_and_noted_in_the_journal(
    callback: str, fault: str
) -> None:
    async with hosted() as server:
        answer = await register(server, redirect_uris=[CALLBACK, callback])

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_redirect_uri"
    assert (
        f"A callback must be a loopback address, and {callback!r} is not: {fault}"
        in (answer.json()["error_description"])
    )
    assert server.backend.notes == [
        ("oauth_register_rejected", {"redirect_uris": [CALLBACK, callback]})
    ]


@pytest.mark.parametrize("body", ["{", "[]", '{"redirect_uris": []}', '{"redirect_uris": ["/"]}'])
async def test_metadata_that_make_no_sense_are_refused(body: str) -> None:
    async with hosted() as server:
        answer = await server.http.post("/register", content=body)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


async def test_a_client_gets_its_id_and_secret_from_the_seed_and_its_time_from_the_account() -> (
    None
):
    answers: list[dict[str, object]] = []
    for _ in range(2):
        async with hosted() as server:
            answers.append((await register(server, token_endpoint_auth_method=None)).json())

    assert answers[0] == answers[1]
    assert answers[0]["client_id_issued_at"] == int(START)
    assert answers[0]["client_secret"] not in {None, answers[0]["client_id"]}


async def test_a_public_client_gets_no_secret() -> None:
    async with hosted() as server:
        answer = await register(server)

    assert "client_secret" not in answer.json()


@pytest.mark.parametrize(
    ("path", "method"),
    [("/register", "POST"), ("/token", "POST"), ("/revoke", "POST"), ("/authorize", "GET")],
)
@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "tavus.example"}, 421), ({"Origin": "http://tavus.example"}, 403)],
)
async def test_a_foreign_host_or_origin_is_refused_everywhere(
    path: str, method: str, headers: dict[str, str], status: int
) -> None:
    async with hosted() as server:
        answer = await server.http.request(method, path, headers=headers)
        twin = await server.http.request(method, path, headers={"Origin": BASE})

    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers
    assert twin.status_code not in {403, 421}


async def test_a_registration_is_limited_in_size() -> None:
    async with hosted() as server:
        small = await register(server, client_name="a" * 1000)
        large = await register(server, client_name="a" * 9000)

    assert small.status_code == 201
    assert (large.status_code, large.json()["error"]) == (400, "invalid_client_metadata")
    assert large.json()["error_description"].startswith(
        "A registration has at most 8192 characters, not 9"
    )


async def test_registrations_are_limited_and_signed_in_clients_stay() -> None:
    async with hosted(auto_approve=True) as server:
        signed_in = await register_client(server)
        page = (await signed_in.authorize()).headers["location"]
        code = query_of(await server.http.get(page))["code"]
        tokens = (await signed_in.exchange(code)).json()
        first = (await register(server)).json()["client_id"]
        for _ in range(MOST_CLIENTS):
            assert (await register(server)).status_code == 201
        forgotten = await server.http.get("/authorize", params={"client_id": first})
        renewed = await signed_in.refresh(tokens["refresh_token"])

    assert (forgotten.status_code, forgotten.json()["error"]) == (400, "invalid_request")
    assert renewed.status_code == 200
