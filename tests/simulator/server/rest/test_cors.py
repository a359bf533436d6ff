"""CORS: which pages may call the server and read its answers."""

from __future__ import annotations

import re

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from pytest_tavus.errors import ScenarioError
from pytest_tavus.simulator.server.compose import (
    ServerContext,
    SimulatedTavus,
    open_simulated_tavus,
)
from pytest_tavus.simulator.server.http.cors import origin_of
from pytest_tavus.simulator.server.options import ServerOptions
from tests.simulator.server.constants import BASE, CALLBACK, MCP
from tests.simulator.server.oauth.oauth_client import VERIFIER, challenge, query_of
from tests.simulator.server.served import MARKER, PATIENCE, no_connection, served

PAGE = "http://localhost:5173"
OTHER = "http://localhost:9999"
ELSEWHERE = "https://app.example.com"
NAMED = ServerOptions(control=True, cors=(PAGE, ELSEWHERE))
ALLOWED = "access-control-allow-origin"


def preflight(origin: str, headers: str = "x-api-key, content-type") -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": headers,
    }


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("http://localhost:5173", "http://localhost:5173"),
        (" HTTPS://App.Example.com ", "https://app.example.com"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:80", "http://localhost"),
        ("https://localhost:443", "https://localhost"),
        ("https://localhost:80", "https://localhost:80"),
    ],
)
def test_an_origin_is_read_as_browsers_send_it(written: str, origin: str) -> None:
    assert origin_of(written) == origin


@pytest.mark.parametrize(
    "written", ["*", "", "null", "localhost:5173", "http://a/", "http://a/b", "ftp://a", "http://*"]
)
def test_an_invalid_origin_is_refused(written: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        origin_of(written)

    assert str(refused.value) == (
        f"{written!r} is no origin of a page: expected only scheme, host and port, such as "
        "'http://localhost:5173'"
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/v2/pals", "/mcp", "/register", "/token", "/revoke"])
@pytest.mark.parametrize("origin", [PAGE, ELSEWHERE])
async def test_a_page_of_a_configured_origin_may_call(path: str, origin: str) -> None:
    async with served(NAMED) as server:
        asked = await server.http.options(path, headers=preflight(origin))
        answered = await server.http.post(path, headers={"origin": origin}, content=b"{}")

    assert (asked.status_code, asked.headers[ALLOWED]) == (204, origin)
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert asked.headers["access-control-allow-headers"] == "x-api-key, content-type"
    assert (asked.headers["vary"], MARKER in asked.headers) == ("Origin", True)
    assert answered.headers[ALLOWED] == origin
    assert "www-authenticate" in answered.headers["access-control-expose-headers"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/v2/pals", "/mcp", "/register", "/.well-known/oauth-authorization-server"],
)
@pytest.mark.parametrize("options", [ServerOptions(), NAMED])
async def test_a_page_of_another_origin_reads_nothing(path: str, options: ServerOptions) -> None:
    async with served(options) as server:
        asked = await server.http.options(path, headers=preflight(OTHER))
        answered = await server.http.get(path, headers={"origin": OTHER})

    for each in (asked, answered):
        assert not [name for name in each.headers if name.startswith("access-control-")]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/_simulator/state", "/dev/cli-authorize", "/authorize"])
async def test_other_paths_stay_closed_to_configured_origins(path: str) -> None:
    async with served(NAMED) as server:
        answered = await server.http.get(path, headers={"origin": PAGE})

    assert ALLOWED not in answered.headers


@pytest.mark.asyncio
async def test_a_page_of_another_machine_needs_a_configured_origin() -> None:
    async with served(NAMED) as named, served(ServerOptions()) as unnamed:
        let_in = await named.http.get("/v2/pals", headers={"origin": ELSEWHERE})
        kept_out = await unnamed.http.get("/v2/pals", headers={"origin": ELSEWHERE})

    assert (let_in.status_code, kept_out.status_code) == (200, 403)


@pytest.mark.asyncio
async def test_a_page_on_a_public_address_may_reach_this_machine() -> None:
    async with served(NAMED) as server:
        wanted = preflight(ELSEWHERE) | {"access-control-request-private-network": "true"}
        asked = await server.http.options("/v2/pals", headers=wanted)
        plain = await server.http.options("/v2/pals", headers=preflight(ELSEWHERE))

    assert asked.headers["access-control-allow-private-network"] == "true"
    assert "access-control-allow-private-network" not in plain.headers


@pytest.mark.asyncio
async def test_a_page_can_read_an_error() -> None:
    async with served(NAMED) as server:
        headers = {"origin": PAGE, "x-api-key": "nobody's"}
        answered = await server.http.get("/v2/pals", headers=headers)

    assert (answered.status_code, answered.headers[ALLOWED]) == (401, PAGE)


@pytest.mark.asyncio
@pytest.mark.fidelity("resources.deployments_public_origins")
@pytest.mark.parametrize(
    ("listed", "origin", "readable"),
    [
        ([], OTHER, True),
        ([PAGE], PAGE, True),
        ([f"{PAGE}/"], PAGE, True),
        ([PAGE], OTHER, False),
        ([ELSEWHERE], OTHER, False),
    ],
)
async def test_the_public_routes_are_open_to_the_pages_that_a_deployment_lists(
    listed: list[str], origin: str, readable: bool
) -> None:
    async with served(ServerOptions()) as server:
        body = {"pal_name": "a", "system_prompt": "b", "default_face_id": "r1"}
        pal_id = (await server.http.post("/v2/pals", json=body)).json()["pal_id"]
        made = {"pal_id": pal_id, "channel": "embed", "allowed_origins": listed}
        row = (await server.http.post("/v2/deployments", json=made)).json()
        one = f"/v2/deployments/{row['deployment_id']}"
        del server.http.headers["x-api-key"]
        asked = await server.http.options(f"{one}/start", headers=preflight(origin))
        page = await server.http.get(f"{one}/init", headers={"origin": origin})
        started = await server.http.post(f"{one}/start", headers={"origin": origin})
        private = await server.http.get(one, headers={"origin": origin})
        nobodys = await server.http.get("/v2/deployments/x/init", headers={"origin": origin})

    for each in (asked, page, started):
        assert (each.headers.get(ALLOWED) == origin) is readable
    assert (page.status_code, started.status_code) == (200, 200)
    assert ALLOWED not in private.headers
    assert ALLOWED not in nobodys.headers


class Browser(httpx2.ASGITransport):
    """Sends what a page sends, and lets it read nothing that a browser would keep from it."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path not in {"/authorize", "/dev/cli-authorize"}:
            names = ", ".join(sorted(request.headers))
            wanted = preflight(PAGE, names) | {"access-control-request-method": request.method}
            asked = await super().handle_async_request(
                httpx2.Request("OPTIONS", request.url, headers=wanted)
            )
            assert asked.headers[ALLOWED] == PAGE
            assert names == asked.headers["access-control-allow-headers"]
            assert request.method in re.split(", ", asked.headers["access-control-allow-methods"])
            request.headers["origin"] = PAGE
            answer = await super().handle_async_request(request)
            assert answer.headers[ALLOWED] == PAGE
            return answer
        return await super().handle_async_request(request)


async def signed_in(http: httpx2.AsyncClient) -> str:
    """Sign in as a page does, and return the access token."""
    client = (await http.post("/register", json={"redirect_uris": [CALLBACK]})).json()
    query = {
        "response_type": "code",
        "client_id": client["client_id"],
        "code_challenge": challenge(),
        "redirect_uri": CALLBACK,
    }
    asked = await http.get("/authorize", params=query)
    form = {
        "grant_type": "authorization_code",
        "code": query_of(await http.get(asked.headers["location"]))["code"],
        "redirect_uri": CALLBACK,
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "code_verifier": VERIFIER,
    }
    return str((await http.post("/token", data=form)).json()["access_token"])


async def pals_of(tavus: SimulatedTavus, http: httpx2.AsyncClient) -> tuple[int, int]:
    """Return what REST answers a page, and how many tools MCP lists for it."""
    key = {"x-api-key": tavus.keys.first}
    status = (await http.get("/v2/pals", headers=key)).status_code
    http.headers["authorization"] = f"Bearer {await signed_in(http)}"
    async with Client(streamable_http_client(MCP, http_client=http), cache=None) as client:
        return status, len((await client.list_tools()).tools)


@pytest.mark.asyncio
async def test_a_page_signs_in_and_then_calls_mcp_and_the_api() -> None:
    outside = ServerContext(base_url=BASE, environ={}, hang_up=no_connection)
    options = ServerOptions(auto_approve=True, cors=(PAGE,))
    async with (
        open_simulated_tavus(options, outside) as tavus,
        httpx2.AsyncClient(transport=Browser(tavus.app), base_url=BASE, timeout=PATIENCE) as http,
    ):
        assert await pals_of(tavus, http) == (200, 81)
