"""The tools as one box: how they are listed, and a way to call each by its name.

Whatever goes wrong in a call is its result, never an exception. Knows no protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from pytest_tavus.errors import ServiceError, did_you_mean
from pytest_tavus.simulator.account.front import Api
from pytest_tavus.simulator.mcp.arguments import read_arguments
from pytest_tavus.simulator.mcp.client import AccountAddress, ApiClient, ToolTimeouts, call_headers
from pytest_tavus.simulator.mcp.hosted import (
    Definition,
    build_hosted_definitions,
    load_recorded_definitions,
    local_name,
)
from pytest_tavus.simulator.mcp.table import TOOLS


class McpToolResult(Struct, frozen=True, kw_only=True):
    """What came of a call."""

    value: Any = None
    """JSON data: the answer. The official server sends an object as text and as structured content,
    a list as text, and `None`, which is the answer to a deletion, as no content at all [client]."""

    error: str | None = None
    "Why the tool could not do what it was asked; `None` where it could."


class ToolBox:
    """The 81 tools of tavus-cli 0.11.0, on one account."""

    def __init__(
        self,
        api: Api,
        definitions: Iterable[Definition] | None = None,
        *,
        hosted_names: bool = False,
        place: AccountAddress | None = None,
        patience: ToolTimeouts | None = None,
    ) -> None:
        """Offer the tools of an account, or those of `definitions`.

        With `hosted_names`, names and choice of tools are those of the hosted server [client].
        """
        self._api = api
        self._address = place or AccountAddress()
        self._timeouts = patience or ToolTimeouts()
        listed = load_recorded_definitions() if definitions is None else tuple(definitions)
        self._definitions = build_hosted_definitions(listed) if hosted_names else listed
        self._by_name = {one["name"]: one for one in self._definitions}

    def definitions(self) -> tuple[Definition, ...]:
        """Return the definitions as the official server lists them."""
        return self._definitions

    async def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> McpToolResult:
        """Do what a tool is for."""
        definition = self._by_name.get(name)
        if definition is None:
            hint = did_you_mean(name, self._by_name)
            told = f"there is no tool {name!r}"
            return McpToolResult(error=f"{told}, {hint}" if hint else told)
        try:
            checked = read_arguments(definition["inputSchema"], dict(arguments or {}))
            client = ApiClient(
                self._api,
                headers=call_headers(name, checked.pop("intent")),
                address=self._address,
                timeouts=self._timeouts,
            )
            return McpToolResult(value=await TOOLS[local_name(name)](client, **checked))
        except ServiceError as refusal:
            return McpToolResult(error=str(refusal))
