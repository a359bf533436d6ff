"""Tools for pronunciation dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, get, send
from pytest_tavus.simulator.mcp.client import ApiClient
from pytest_tavus.simulator.mcp.patching import field_operations

_ONE = "/pronunciation-dictionaries/{dictionary_id}"


async def _create(client: ApiClient, arguments: Arguments) -> Any:
    body: dict[str, Any] = {"name": arguments["name"], "rules": arguments["rules"] or []}
    return await client.post("/pronunciation-dictionaries/", body)


async def _patch(client: ApiClient, arguments: Arguments) -> Any:
    operations = field_operations(chosen(arguments, "name", "rules"))
    return await client.patch(_ONE.format_map(arguments), operations)


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_pronunciation_dictionary_list": get(
            "/pronunciation-dictionaries", "limit", "page", "sort"
        ),
        "tavus_pronunciation_dictionary_get": get(_ONE),
        "tavus_pronunciation_dictionary_create": _create,
        "tavus_pronunciation_dictionary_patch": _patch,
        "tavus_pronunciation_dictionary_delete": send("DELETE", _ONE),
    }
)
