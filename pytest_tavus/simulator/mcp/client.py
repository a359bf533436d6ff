"""The API client of the tools: sends requests in process. A refused request raises `ToolRefusal`.

The official server sends the same requests over HTTP. This module knows no tool, and no rule of the
API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import quote

from msgspec import Struct, field

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import Json, JsonMapping
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.account.requests.api import ApiAnswer

INTENT_LENGTH = 500
"""Characters of an intent that are sent, counted before the encoding [client]."""

_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


class ToolRefusal(ServiceError):  # noqa: N818 - an answer of a tool, no failure
    """A tool refuses a call; the caller receives the message."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        self.status = status
        """The status of the API's refusal; `None` if no request was sent."""
        super().__init__(message)


def refuse(message: str) -> NoReturn:
    raise ToolRefusal(message)


class AccountAddress(Struct, frozen=True, kw_only=True):
    """The addresses of an account in answers of tools. The defaults are production's [client]."""

    environment: str = "PROD"
    api_url: str = "https://tavusapi.com/v2"
    maker_url: str = "https://maker.tavus.io"


class ToolTimeouts(Struct, frozen=True, kw_only=True):
    """Seconds that a tool waits for a conversation."""

    turn: float = 90.0
    "For one answer of the PAL that builds PALs [client]."

    probe: float = 300.0
    "For one answer of the PAL that was built [client]."

    settle: float = 0.25
    """Silence that ends a turn. The official client waits 2 s, because its messages cross a network
    [client]."""


class ApiClient(Struct, frozen=True):
    """The API client of one call of a tool. Every request may raise `ToolRefusal`."""

    api: Api
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    address: AccountAddress = AccountAddress()
    timeouts: ToolTimeouts = ToolTimeouts()

    async def request(
        self, method: str, path: str, *, query: JsonMapping | None = None, body: Json = None
    ) -> Json:
        """Send a request and return the body of the answer, or `None` without a body.

        Null members of `query` are not sent.
        """
        answer: Json = (await self._send(method, path, query=query, body=body)).body
        return answer

    async def get(self, path: str, **query: Json) -> Json:
        return await self.request("GET", path, query=query)

    async def patch(self, path: str, body: Json) -> Json:
        """Send a change; the API answers a change without effect with no body [doc]."""
        return await self.request("PATCH", path, body=body)

    async def post(self, path: str, body: Json = None) -> Json:
        return await self.request("POST", path, body=body)

    async def post_for_lines(self, path: str, body: Json) -> tuple[Json, ...]:
        """Post, and return the lines of a streamed answer."""
        return (await self._send("POST", path, query=None, body=body)).lines or ()

    async def _send(
        self, method: str, path: str, *, query: JsonMapping | None, body: Json
    ) -> ApiAnswer:
        text_query = {
            key: _format_query_value(value)
            for key, value in (query or {}).items()
            if value is not None
        }
        answer = await self.api.call(
            method, path, query=text_query, body=body, headers=self.headers
        )
        if answer.status >= 400:
            reason = _reason(answer.body)
            if path.startswith("/pals"):
                # The official client renames the field in refusals too [client].
                reason = reason.replace("persona_id", "pal_id")
            sentence = f"{method} {path} was refused with {answer.status}{reason}"
            raise ToolRefusal(sentence, status=answer.status)
        return answer


def call_headers(tool: str, intent: str | None) -> dict[str, str]:
    """Return the headers of a tool's requests [client]."""
    headers = {
        "User-Agent": "tavus-mcp/0.11.0",
        "X-Tavus-Client-Source": "mcp",
        "X-Tavus-Client-Tool": tool,
    }
    if text := " ".join((intent or "").split())[:INTENT_LENGTH]:
        headers["X-Tavus-Client-Intent"] = quote(text, safe=_PRINTABLE, errors="replace")
    return headers


def _format_query_value(value: Json) -> str:
    """Format a query value as the official client does: a list with commas [client]."""
    if (items := json_list(value)) is not None:
        return ",".join(map(str, items))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reason(body: Json) -> str:
    answer = json_object(body) or {}
    reason = answer.get("error", answer.get("message"))
    return f": {reason}" if isinstance(reason, str) and reason else ""
