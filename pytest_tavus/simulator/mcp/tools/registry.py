"""Tools for the registry of tools, and for those that a PAL has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.tool.placeholders import names_in
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, filled, get, send
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.rows import compact, every_page, first_of, rows_in
from pytest_tavus.simulator.mcp.tools.pals import patch_pal, read_pal

BUMPED = "_perception_model_bumped_to_raven_1"
"""The key under which attaching tells that it switched perception on [client]."""

ADVISORY = "_tool_reuse_advisory"
"""The key under which a new tool comes with those of the same origin [client]."""

_FIELDS = (
    "name",
    "description",
    "parameters",
    "delivery",
    "origin",
    "on_call",
    "on_resolve",
    "static_filler",
    "tags",
)
_SHOWN = ("tool_id", "name", "origin", "description", "parameters", "delivery")


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    query = {**chosen(arguments, "type", "sort"), **filled(arguments, "name_or_uuid")}
    if arguments["limit"] is None:
        return compact(await every_page(client, "/tools", **query), _row)
    page = chosen(arguments, "limit", "page")
    return compact(await client.get("/tools", **page, **query), _row)


def _row(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "tool_id": first_of(tool, "tool_id", "uuid"),
        "name": tool.get("name"),
        "is_system_tool": tool.get("is_system_tool"),
    }


async def _create(client: ApiClient, arguments: Arguments) -> Any:
    body = chosen(arguments, *_FIELDS)
    body["parameters"] = arguments["parameters"] or {}
    body["delivery"] = arguments["delivery"] or {"app_message": True}
    created = json_object(await client.post("/tools", body)) or {}
    saved = rows_in(await client.get("/tools", limit=100))
    return {**created, **_advisory(arguments["origin"], arguments["name"], saved)}


def _advisory(origin: str, name: str, saved: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of the tools of the same origin, the new one among them [client]."""
    alike = [tool for tool in saved if tool.get("origin") == origin]
    if not alike:
        return {}
    same_name = next((tool for tool in alike if tool.get("name") == name), None)
    told = {
        "new_tool": {"name": name, "origin": origin},
        "name_collision_tool_id": None if same_name is None else same_name.get("tool_id"),
        "matching_saved_tools": [{key: t[key] for key in _SHOWN if key in t} for t in alike],
        "guidance": f"The account has {len(alike)} tool(s) of the origin {origin}: attach one of "
        "matching_saved_tools with tavus_pal_tools_attach where it does what is needed.",
    }
    return {ADVISORY: told}


async def _patch(client: ApiClient, arguments: Arguments) -> Any:
    body = chosen(arguments, *_FIELDS)
    _check_placeholders(body)
    return await client.patch(f"/tools/{arguments['tool_id']}", body)


def _check_placeholders(body: Mapping[str, Any]) -> None:
    """Refuse placeholders without the parameters that declare them.

    The official client looks for these in the same body alone, whatever the tool has [client].
    """
    api = json_object((json_object(body.get("delivery")) or {}).get("api")) or {}
    declared = json_object((json_object(body.get("parameters")) or {}).get("properties")) or {}
    for key in ("url", "query_params", "body_template"):
        for name in _placeholders(api.get(key)):
            if name not in declared and not name.startswith(RESERVED_PREFIX):
                refuse(
                    f"delivery.api.{key}: the placeholder {{{name}}} needs its parameter: give "
                    "parameters together with delivery"
                )


def _placeholders(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield from names_in(template)
    inner = json_object(template)
    for each in json_list(template) or () if inner is None else inner.values():
        yield from _placeholders(each)


async def _attach(client: ApiClient, arguments: Arguments) -> Any:
    pal_id, tool_ids = arguments["pal_id"], arguments["tool_ids"]
    answer = await client.post(f"/pals/{pal_id}/tools/", {"tool_ids": tool_ids})
    origins = {tool.get("origin") for tool in rows_in(answer)}
    bumped = bool(origins & {"vision", "audio"}) and await _see(client, pal_id)
    attached = json_object(answer)
    return answer if attached is None else {**attached, BUMPED: bumped}


async def _see(client: ApiClient, pal_id: str) -> bool:
    """Switch perception on where it is not, and return whether it had to be [client]."""
    layers = json_object((await read_pal(client, pal_id)).get("layers")) or {}
    perception = json_object(layers.get("perception"))
    if perception is not None and perception.get("perception_model") in {"raven-0", "raven-1"}:
        return False
    path, value = "/layers/perception/perception_model", "raven-1"
    operation: dict[str, Any] = {"op": "add", "path": path, "value": value}
    if perception is None:
        whole = {"perception_model": value}
        operation = {"op": "add", "path": "/layers/perception", "value": whole}
    await patch_pal(client, pal_id, [operation])
    return True


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_tool_list": _list,
        "tavus_tool_get": get("/tools/{tool_id}"),
        "tavus_tool_create": _create,
        "tavus_tool_patch": _patch,
        "tavus_tool_delete": send("DELETE", "/tools/{tool_id}"),
        "tavus_pal_tools_list": get("/pals/{pal_id}/tools/"),
        "tavus_pal_tools_attach": _attach,
        "tavus_pal_tools_detach": send("DELETE", "/pals/{pal_id}/tools/{tool_id}"),
    }
)
