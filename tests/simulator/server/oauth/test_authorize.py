"""Authorization requests, and the page that asks a person for approval."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.simulator.server.constants import BASE, CALLBACK
from tests.simulator.server.mcp.hosted import ISSUED, KEY, hosted
from tests.simulator.server.oauth.oauth_client import (
    OAuthClient,
    answer_page,
    fields_of,
    query_of,
    register_client,
)

pytestmark = pytest.mark.asyncio

PAGE = "/dev/cli-authorize"


@pytest.mark.fidelity("oauth.authorize_leads_to_the_portal")
async def test_the_request_leads_to_the_portals_page_in_signed_form() -> None:
    async with hosted() as server:
        answer = await (await register_client(server)).authorize()

    assert answer.status_code == 302
    target = urlsplit(answer.headers["location"])
    query = parse_qs(target.query)
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{BASE}{PAGE}"
    assert query.keys() == {"mode", "request"}
    assert query["mode"] == ["oauth"]


@pytest.mark.fidelity("oauth.authorize_leads_to_the_portal")
async def test_the_page_names_the_client_and_its_callback_and_approval_gives_a_code() -> None:
    async with hosted() as server:
        client = await register_client(server, client_name="<b>Me & you</b>")
        asked = await client.authorize()
        page = await server.http.get(asked.headers["location"])
        back = await answer_page(server.http, asked.headers["location"])

    assert "&lt;b&gt;Me &amp; you&lt;/b&gt;" in page.text
    assert "<b>Me" not in page.text
    assert CALLBACK in page.text
    assert back.status_code == 303
    assert back.headers["location"].startswith(f"{CALLBACK}?")
    answer = query_of(back)
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("a state", BASE)
    assert KEY not in page.text + back.headers["location"]
    assert ISSUED not in page.text + back.headers["location"]


async def test_the_page_cannot_be_framed_stored_or_scripted() -> None:
    async with hosted() as server:
        asked = await (await register_client(server)).authorize()
        page = await server.http.get(asked.headers["location"])

    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert "httponly" in page.headers["set-cookie"].lower()
    assert "samesite=strict" in page.headers["set-cookie"].lower()


async def test_a_denial_is_reported_to_the_client() -> None:
    async with hosted() as server:
        asked = await (await register_client(server)).authorize()
        back = await answer_page(server.http, asked.headers["location"], decision="deny")

    assert query_of(back) == {"error": "access_denied", "state": "a state", "iss": BASE}


@pytest.mark.fidelity("oauth.one_time_requests")
async def test_a_request_is_answered_once() -> None:
    async with hosted() as server:
        url = (await (await register_client(server)).authorize()).headers["location"]
        page = await server.http.get(url)
        form = {**fields_of(page), "decision": "approve"}
        first = await server.http.post(PAGE, data=form)
        second = await server.http.post(PAGE, data=form)
        third = await server.http.get(url)

    assert first.status_code == 303
    assert (second.status_code, third.status_code) == (400, 400)
    assert "This request was answered before. Start again in your client." in second.text
    assert "This request was answered before. Start again in your client." in third.text


@pytest.mark.parametrize(
    ("later", "sentence"),
    [(600, "asks for the scopes mcp"), (601, "This request is too old. Start again")],
)
async def test_a_request_waits_ten_minutes(later: float, sentence: str) -> None:
    async with hosted() as server:
        asked = await (await register_client(server)).authorize()
        server.backend.now += later
        page = await server.http.get(asked.headers["location"])

    assert sentence in page.text


@pytest.mark.parametrize("request_text", ["", "x", "x.y", "\u00e9.\u00e9"])
async def test_a_request_that_was_not_signed_here_is_refused(request_text: str) -> None:
    async with hosted() as server:
        query = {"mode": "oauth", "request": request_text}
        page = await server.http.get(PAGE, params=query)

    assert page.status_code == 400
    assert "This request was not signed by this server." in page.text


@pytest.mark.parametrize("spoil", ["cookie", "proof", "origin", "no origin"])
async def test_only_the_page_in_the_same_browser_can_answer(spoil: str) -> None:
    async with hosted() as server:
        page = await server.http.get(
            (await (await register_client(server)).authorize()).headers["location"]
        )
        form = {**fields_of(page), "decision": "approve"}
        headers = {"Origin": BASE}
        if spoil == "cookie":
            server.http.cookies.clear()
        if spoil == "proof":
            form["proof"] = "x"
        if spoil == "origin":
            headers["Origin"] = "http://127.0.0.1:9999"
        answer = await server.http.post(
            PAGE, data=form, headers={} if spoil == "no origin" else headers
        )

    assert answer.status_code == (303 if spoil == "no origin" else 403)
    told = "This answer did not come from this server&#x27;s page." in answer.text
    assert told is (spoil != "no origin")


async def test_the_cookie_of_one_page_does_not_prove_another() -> None:
    async with hosted() as server, server.client() as other:
        client = await register_client(server)
        mine = await server.http.get((await client.authorize()).headers["location"])
        theirs = await other.get((await client.authorize()).headers["location"])
        answer = await server.http.post(PAGE, data={**fields_of(theirs), "decision": "approve"})

    assert fields_of(mine).keys() == fields_of(theirs).keys() == {"request", "proof"}
    assert answer.status_code == 403


@pytest.mark.parametrize("form", [{}, {"request": "", "proof": ""}])
async def test_a_form_without_its_fields_is_refused(form: dict[str, str]) -> None:
    async with hosted() as server:
        answer = await server.http.post(PAGE, data=form)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", [PAGE, "/authorize", "/token", "/revoke"])
async def test_a_form_with_a_file_in_it_is_refused(path: str) -> None:
    async with hosted() as server:
        answer = await server.http.post(path, files={"request": b"y"})

    assert (answer.status_code, answer.text) == (
        400,
        "Too many files. Maximum number of files is 0.",
    )


async def test_auto_approve_asks_no_question() -> None:
    async with hosted(auto_approve=True) as server:
        asked = await (await register_client(server)).authorize()
        back = await server.http.get(asked.headers["location"])
        again = await server.http.get(asked.headers["location"])

    assert back.status_code == 303
    assert query_of(back).keys() == {"code", "state", "iss"}
    assert again.status_code == 400


@pytest.mark.fidelity("oauth.callback_is_the_registered_one")
async def test_another_port_than_the_registered_one_is_refused() -> None:
    async with hosted() as server:
        client = await register_client(server)
        answer = await client.authorize(redirect_uri="http://127.0.0.1:7778/callback")
        twin = await client.authorize()

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert twin.status_code == 302


@pytest.mark.fidelity("oauth.pkce")
async def test_plain_pkce_is_refused() -> None:
    await _refused_with("invalid_request", code_challenge_method="plain")


@pytest.mark.fidelity("oauth.pkce")
async def test_a_request_without_a_challenge_is_refused() -> None:
    await _refused_with("invalid_request", code_challenge=None)


@pytest.mark.fidelity("oauth.resource")
@pytest.mark.parametrize(
    "resource", ["http://127.0.0.1:9/mcp", f"{BASE}/v2", "", "https://mcp.tavus.io/mcp"]
)
async def test_a_token_for_another_server_is_not_given(resource: str) -> None:
    await _refused_with("invalid_target", resource=resource)


@pytest.mark.fidelity("oauth.resource")
@pytest.mark.parametrize("resource", [f"{BASE}/mcp", f"{BASE}/mcp/", None])
async def test_a_token_for_this_server_is_given(resource: str | None) -> None:
    async with hosted() as server:
        client = await register_client(server)
        tokens = await client.tokens(resource=resource)
        answer = await client.list_tools(tokens["access_token"])

    assert answer.status_code == 200


async def test_a_scope_that_does_not_exist_is_refused() -> None:
    await _refused_with("invalid_scope", scope="everything")


async def test_a_client_that_did_not_register_is_refused() -> None:
    async with hosted() as server:
        answer = await OAuthClient(hosted=server, client_id="nobody").authorize()

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def _refused_with(error: str, **changed: str | None) -> None:
    """The browser goes back to the client, and no code goes with it."""
    async with hosted() as server:
        answer = await (await register_client(server)).authorize(**changed)

    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{CALLBACK}?")
    query = query_of(answer)
    assert (query["error"], query["state"]) == (error, "a state")
    assert "code" not in query
