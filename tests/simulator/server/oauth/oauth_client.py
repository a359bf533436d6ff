"""A client of the simulated hosted server that performs each step of the sign-in separately."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from tests.simulator.server.constants import BASE, CALLBACK, MCP
from tests.simulator.server.mcp.hosted import Hosted

VERIFIER = "a-verifier-that-is-long-enough-for-everyone-1234567"


def fields_of(page: httpx2.Response) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return {unescape(name): unescape(value) for name, value in found}


async def answer_page(
    http: httpx2.AsyncClient, url: str, *, decision: str = "approve"
) -> httpx2.Response:
    """Open a page as a browser does, and press one of its buttons."""
    page = await http.get(url)
    assert page.status_code == 200, page.text
    return await http.post(
        urlsplit(url).path,
        data={**fields_of(page), "decision": decision},
        headers={"Origin": BASE},
    )


def delivery_of(page: httpx2.Response) -> dict[str, Any]:
    """Return the payload that the page's script would send, and its callback."""
    found = re.search(r'<script type="application/json" id="login">(.*?)</script>', page.text)
    assert found is not None, page.text
    return dict(json.loads(found[1]))


def query_of(response: httpx2.Response) -> dict[str, str]:
    """Return the query of the address that a response sends the browser to."""
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """A registered client, with one method for each step of the sign-in."""

    hosted: Hosted
    client_id: str

    async def authorize(self, **changed: str | None) -> httpx2.Response:
        """Ask to sign in. A changed parameter that is `None` is left out."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "state": "a state",
            "resource": MCP,
            **changed,
        }
        return await self.hosted.http.get("/authorize", params=_given(query))

    async def code(self, **changed: str | None) -> str:
        """Sign in, and return the code."""
        asked = await self.authorize(**changed)
        return query_of(await answer_page(self.hosted.http, asked.headers["location"]))["code"]

    async def exchange(self, code: str, **changed: str | None) -> httpx2.Response:
        """Ask for tokens with a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": self.client_id,
            "code_verifier": VERIFIER,
            "resource": MCP,
            **changed,
        }
        return await self.hosted.http.post("/token", data=_given(form))

    async def tokens(self, **changed: str | None) -> dict[str, Any]:
        """Sign in, and return the tokens."""
        answer = await self.exchange(await self.code(**changed))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refresh(self, token: str, **changed: str | None) -> httpx2.Response:
        """Ask for new tokens."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": token,
            "client_id": self.client_id,
            "resource": MCP,
            **changed,
        }
        return await self.hosted.http.post("/token", data=_given(form))

    async def revoke(self, token: str | None, **changed: str | None) -> httpx2.Response:
        """Ask for a session to end."""
        form = {"token": token, "client_id": self.client_id, **changed}
        return await self.hosted.http.post("/revoke", data=_given(form))

    async def list_tools(self, token: str | None) -> httpx2.Response:
        """Ask for the list of tools with a bearer token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self.hosted.http.post("/mcp", json=LISTING, headers={**ACCEPT, **headers})


ACCEPT = {"Accept": "application/json, text/event-stream"}


LISTING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


async def register(hosted: Hosted, **changed: Any) -> httpx2.Response:
    """Ask to be registered."""
    metadata = {
        "client_name": "A client of the tests",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        **changed,
    }
    return await hosted.http.post("/register", json=metadata)


async def register_client(hosted: Hosted, **changed: Any) -> OAuthClient:
    """Register, and return the client."""
    answer = await register(hosted, **changed)
    assert answer.status_code == 201, answer.text
    return OAuthClient(hosted=hosted, client_id=answer.json()["client_id"])


def challenge(verifier: str = VERIFIER) -> str:
    """Return the S256 challenge of a verifier."""
    hashed = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(hashed).decode().rstrip("=")


def _given(fields: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
