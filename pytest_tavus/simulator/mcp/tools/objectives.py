"""Tools for objectives, which stay together in sets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, filled, get, send
from pytest_tavus.simulator.mcp.client import ApiClient
from pytest_tavus.simulator.mcp.patching import checked_operations

_SET = ("name", "data", "allow_loops")


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    query = chosen(arguments, "limit", "page", "type", "sort")
    return await client.get("/objectives", **query, **filled(arguments, "name_or_uuid"))


async def _patch(client: ApiClient, arguments: Arguments) -> Any:
    operations = checked_operations(arguments["ops"])
    return await client.patch(f"/objectives/{arguments['objectives_id']}", operations)


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_objective_list": _list,
        "tavus_objective_get": get("/objectives/{objectives_id}"),
        "tavus_objective_create": send("POST", "/objectives/", *_SET),
        "tavus_objective_patch": _patch,
        "tavus_objective_delete": send("DELETE", "/objectives/{objectives_id}"),
        "tavus_objective_validate": send("POST", "/objectives/validate", *_SET),
    }
)
