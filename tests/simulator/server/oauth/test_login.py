"""The CLI's login: a page that sends a key to a program on this machine."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html import unescape

import httpx2
import pytest

from tests.simulator.server.mcp.hosted import ISSUED, hosted
from tests.simulator.server.oauth.oauth_client import answer_page, delivery_of

pytestmark = pytest.mark.asyncio

PAGE = "/dev/cli-authorize"
CALLBACK = "http://127.0.0.1:5000/callback"
QUERY = {"callback": CALLBACK, "state": "a state", "name": "cli on <this> machine"}


def url(**changed: str) -> str:
    return f"{PAGE}?{httpx2.QueryParams({**QUERY, **changed})}"


@pytest.mark.fidelity("oauth.local_login")
async def test_an_approved_login_sends_state_and_a_new_key_to_the_callback() -> None:
    async with hosted() as server:
        asked = await server.http.get(url())
        assert ISSUED not in server.backend.keys
        approved = await answer_page(server.http, url())

    assert "cli on &lt;this&gt; machine" in asked.text
    assert CALLBACK in asked.text
    assert ISSUED not in asked.text
    assert approved.status_code == 200
    assert delivery_of(approved) == {
        "callback": CALLBACK,
        "payload": {"state": "a state", "api_key": ISSUED},
    }
    assert ISSUED in server.backend.keys


async def test_the_page_may_run_its_own_script_and_no_other() -> None:
    async with hosted(auto_approve=True) as server:
        page = await server.http.get(url())

    scripts = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    assert len(scripts) == 1
    digest = b64encode(hashlib.sha256(unescape(scripts[0]).encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert f"script-src 'sha256-{digest}';" in policy
    assert "connect-src http:" in policy


async def test_a_state_cannot_break_out_of_the_script() -> None:
    state = "</script><script>alert(1)</script>&<!--"
    async with hosted(auto_approve=True) as server:
        page = await server.http.get(url(state=state))

    assert delivery_of(page)["payload"]["state"] == state
    assert "alert(1)<" not in page.text
    assert page.text.count("<script") == 2


async def test_a_denied_login_sends_nothing() -> None:
    async with hosted() as server:
        denied = await answer_page(server.http, url(), decision="deny")

    assert denied.status_code == 200
    assert "Nothing was sent to the client." in denied.text
    assert ISSUED not in server.backend.keys


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"callback": "https://tavus.example/callback"},
            "and 'https://tavus.example/callback' is not: its scheme is 'https', not 'http'.",
        ),
        ({"callback": ""}, "and '' is not: it has characters that no URI has."),
        ({"state": ""}, "The client sent no state, so it could not recognize the answer."),
    ],
)
@pytest.mark.parametrize("auto_approve", [True, False])
async def test_an_unsafe_login_is_refused(
    changed: dict[str, str], sentence: str, auto_approve: bool
) -> None:
    async with hosted(auto_approve=auto_approve) as server:
        page = await server.http.get(url(**changed))

    assert page.status_code == 400
    assert sentence in unescape(page.text)
    assert ISSUED not in server.backend.keys


async def test_a_client_without_a_name_can_log_in() -> None:
    async with hosted() as server:
        page = await server.http.get(url(name=""))

    assert "A client without a name" in page.text
