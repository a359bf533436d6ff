"""The API as a tool sees it: requests in process. A refusal of the API is a `ToolRefusal`.

What the official server does through an HTTP client is done here through the same routes without a
socket. Knows no tool, and no rule of the API. Every request may raise `ToolRefusal`.
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
"""Characters of an intent that are sent, counted before they are encoded [client]."""

_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


class ToolRefusal(ServiceError):  # noqa: N818 - an answer of a tool, not something that went wrong
    """A tool could not do what it was asked; the message is what its caller is told."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        self.status = status
        """The status the API refused with; `None` where the API was not even asked."""
        super().__init__(message)


def refuse(message: str) -> NoReturn:
    """Raise what a tool's caller is told."""
    raise ToolRefusal(message)


class AccountAddress(Struct, frozen=True, kw_only=True):
    """Where the account is, for what a tool tells of it. The defaults are production's [client]."""

    environment: str = "PROD"
    api_url: str = "https://tavusapi.com/v2"
    maker_url: str = "https://maker.tavus.io"


class ToolTimeouts(Struct, frozen=True, kw_only=True):
    """How long a tool waits for a conversation, in seconds."""

    turn: float = 90.0
    "For one answer of the PAL that builds PALs [client]."

    probe: float = 300.0
    "For one answer of the PAL that was built [client]."

    settle: float = 0.25
    """A turn is over when nothing more came for so long. The official client waits 2 s, because its
    messages come through a network [client]."""


class ApiClient(Struct, frozen=True):
    """The API for one call of one tool."""

    api: Api
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    address: AccountAddress = AccountAddress()
    timeouts: ToolTimeouts = ToolTimeouts()

    async def request(
        self, method: str, path: str, *, query: JsonMapping | None = None, body: Json = None
    ) -> Json:
        """Return what the API answers, or `None` for an answer without a body.

        The query leaves out what is `None`.
        """
        answered: Json = (await self._send(method, path, query=query, body=body)).body
        return answered

    async def get(self, path: str, **query: Json) -> Json:
        return await self.request("GET", path, query=query)

    async def patch(self, path: str, body: Json) -> Json:
        """Change. A change that changes nothing answers `None` [doc]."""
        return await self.request("PATCH", path, body=body)

    async def post(self, path: str, body: Json = None) -> Json:
        return await self.request("POST", path, body=body)

    async def post_for_lines(self, path: str, body: Json) -> tuple[Json, ...]:
        """Post, and return what comes back line by line."""
        return (await self._send("POST", path, query=None, body=body)).lines or ()

    async def _send(
        self, method: str, path: str, *, query: JsonMapping | None, body: Json
    ) -> ApiAnswer:
        written = {
            key: _format_query_value(value)
            for key, value in (query or {}).items()
            if value is not None
        }
        answer = await self.api.call(method, path, query=written, body=body, headers=self.headers)
        if answer.status >= 400:
            reason = _reason(answer.body)
            if path.startswith("/pals"):
                reason = reason.replace("persona_id", "pal_id")  # as the official client [client]
            told = f"{method} {path} was refused with {answer.status}{reason}"
            raise ToolRefusal(told, status=answer.status)
        return answer


def call_headers(tool: str, intent: str | None) -> dict[str, str]:
    """Return the headers that a tool's requests carry [client]."""
    headers = {
        "User-Agent": "tavus-mcp/0.11.0",
        "X-Tavus-Client-Source": "mcp",
        "X-Tavus-Client-Tool": tool,
    }
    if told := " ".join((intent or "").split())[:INTENT_LENGTH]:
        headers["X-Tavus-Client-Intent"] = quote(told, safe=_PRINTABLE, errors="replace")
    return headers


def _format_query_value(value: Json) -> str:
    """Write a query value as the official client does: a list with commas [client]."""
    if (items := json_list(value)) is not None:
        return ",".join(map(str, items))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reason(body: Json) -> str:
    told = json_object(body) or {}
    reason = told.get("error", told.get("message"))
    return f": {reason}" if isinstance(reason, str) and reason else ""
