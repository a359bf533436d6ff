"""Tools for guardrails, each a rule of its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, filled, get, send
from pytest_tavus.simulator.mcp.client import ApiClient
from pytest_tavus.simulator.mcp.patching import field_operations

_FIELDS = (
    "guardrail_name",
    "guardrail_prompt",
    "modality",
    "callback_url",
    "tool_call",
    "app_message",
    "tags",
)


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    query = chosen(arguments, "limit", "page", "type", "legacy")
    query |= filled(arguments, "name_or_uuid", "tags", "verbose")
    return await client.get("/guardrails", **query)


async def _get(client: ApiClient, arguments: Arguments) -> Any:
    query = {**filled(arguments, "verbose"), **chosen(arguments, "legacy")}
    return await client.get(f"/guardrails/{arguments['guardrail_id']}", **query)


async def _create(client: ApiClient, arguments: Arguments) -> Any:
    body: dict[str, Any] = {"tags": [], **chosen(arguments, *_FIELDS)}
    return await client.post("/guardrails/", body)


async def _patch(client: ApiClient, arguments: Arguments) -> Any:
    operations = field_operations(chosen(arguments, *_FIELDS))
    return await client.patch(f"/guardrails/{arguments['guardrail_id']}", operations)


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_guardrail_list": _list,
        "tavus_guardrail_get": _get,
        "tavus_guardrail_create": _create,
        "tavus_guardrail_patch": _patch,
        "tavus_guardrail_delete": send("DELETE", "/guardrails/{guardrail_id}"),
        "tavus_guardrail_tags": get("/guardrails/tags", "search", "page", "limit"),
    }
)
