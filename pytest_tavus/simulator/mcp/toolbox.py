"""Lists the tools, and calls a tool by its name.

A refused call is a result, never an exception. This module knows no protocol.
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
    """The answer or the refusal of a call."""

    value: Any = None
    """The answer. The official server sends an object as text and as structured content, a list as
    text, and `None`, the answer to a deletion, as no content [client]."""

    error: str | None = None
    "Why the tool refused; `None` if it answered."


class ToolBox:
    """The 81 tools of tavus-cli 0.11.0, on one account."""

    def __init__(
        self,
        api: Api,
        definitions: Iterable[Definition] | None = None,
        *,
        hosted_names: bool = False,
        address: AccountAddress | None = None,
        timeouts: ToolTimeouts | None = None,
    ) -> None:
        """Offer all tools, or the tools of `definitions`.

        With `hosted_names`, the tools and their names are those of the hosted server [client].
        """
        self._api = api
        self._address = address or AccountAddress()
        self._timeouts = timeouts or ToolTimeouts()
        local = load_recorded_definitions() if definitions is None else tuple(definitions)
        self._definitions = build_hosted_definitions(local) if hosted_names else local
        self._by_name = {each["name"]: each for each in self._definitions}

    def definitions(self) -> tuple[Definition, ...]:
        """Return the definitions as the official server lists them."""
        return self._definitions

    async def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> McpToolResult:
        definition = self._by_name.get(name)
        if definition is None:
            hint = did_you_mean(name, self._by_name)
            sentence = f"there is no tool {name!r}"
            return McpToolResult(error=f"{sentence}, {hint}" if hint else sentence)
        try:
            checked = read_arguments(definition["inputSchema"], dict(arguments or {}))
            # Only the headers use the intent; no function takes this argument.
            client = ApiClient(
                self._api,
                headers=call_headers(name, checked.pop("intent")),
                address=self._address,
                timeouts=self._timeouts,
            )
            return McpToolResult(value=await TOOLS[local_name(name)](client, **checked))
        except ServiceError as refusal:
            return McpToolResult(error=str(refusal))
