"""Tools for the registry of tools, and for the tools of a PAL."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.limits import RESERVED_PREFIX
from pytest_tavus.contract.tool.placeholders import names_in
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import collect_pages, compact, first_of, object_at, rows_in
from pytest_tavus.simulator.mcp.arguments import pick_non_null
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.tools.pals import read_pal, set_layer

BUMPED = "_perception_model_bumped_to_raven_1"
"""The key under which an attachment reports whether it enabled perception [client]."""

ADVISORY = "_tool_reuse_advisory"
"""The key under which a new tool comes with the tools of its origin [client]."""

_ADVISED = ("tool_id", "name", "origin", "description", "parameters", "delivery")


async def list_tools(
    client: ApiClient, *, limit: int | None, page: int, name_or_uuid: str | None, **query: Json
) -> Json:
    """Return one page, or without a limit every page [client]."""
    query["name_or_uuid"] = name_or_uuid or None
    if limit is None:
        return compact(await collect_pages(client, "/tools", **query), _row)
    return compact(await client.get("/tools", limit=limit, page=page, **query), _row)


def _row(tool: JsonMapping) -> JsonObject:
    return {
        "tool_id": first_of(tool, "tool_id", "uuid"),
        "name": tool.get("name"),
        "is_system_tool": tool.get("is_system_tool"),
    }


async def create_tool(client: ApiClient, *, name: str, origin: str, **fields: Json) -> Json:
    body: JsonObject = {"name": name, "origin": origin, **pick_non_null(fields)}
    body["parameters"] = fields["parameters"] or {}
    body["delivery"] = fields["delivery"] or {"app_message": True}
    created = object_at(await client.post("/tools", body))
    saved = rows_in(await client.get("/tools", limit=100))
    return {**created, **_advisory(origin, name, saved)}


def _advisory(origin: str, name: str, saved: list[JsonObject]) -> JsonObject:
    """Return the tools of the same origin, the new tool included [client]."""
    alike = [tool for tool in saved if tool.get("origin") == origin]
    if not alike:
        return {}
    same_name = next((tool for tool in alike if tool.get("name") == name), None)
    advisory = {
        "new_tool": {"name": name, "origin": origin},
        "name_collision_tool_id": None if same_name is None else same_name.get("tool_id"),
        "matching_saved_tools": [{key: t[key] for key in _ADVISED if key in t} for t in alike],
        "guidance": f"The account has {len(alike)} tool(s) of the origin {origin}: attach one of "
        "matching_saved_tools with tavus_pal_tools_attach where it does what is needed.",
    }
    return {ADVISORY: advisory}


def check_placeholders(body: JsonObject) -> JsonObject:
    """Refuse placeholders that no parameter of the same body declares.

    The official client ignores the parameters that the tool already has [client].
    """
    api = object_at(body, "delivery", "api")
    declared = object_at(body, "parameters", "properties")
    for key in ("url", "query_params", "body_template"):
        for name in _placeholders(api.get(key)):
            if name not in declared and not name.startswith(RESERVED_PREFIX):
                refuse(
                    f"delivery.api.{key}: the placeholder {{{name}}} needs its parameter: give "
                    "parameters together with delivery"
                )
    return body


def _placeholders(template: Json) -> Iterator[str]:
    if isinstance(template, str):
        yield from names_in(template)
    inner = json_object(template)
    for each in json_list(template) or () if inner is None else inner.values():
        yield from _placeholders(each)


async def attach_tools(client: ApiClient, *, pal_id: str, tool_ids: list[str]) -> Json:
    answer = await client.post(f"/pals/{pal_id}/tools/", {"tool_ids": tool_ids})
    origins = [tool.get("origin") for tool in rows_in(answer)]
    bumped = ("vision" in origins or "audio" in origins) and await _enable_perception(
        client, pal_id
    )
    attached = json_object(answer)
    return answer if attached is None else {**attached, BUMPED: bumped}


async def _enable_perception(client: ApiClient, pal_id: str) -> bool:
    """Enable perception; return whether the call changed the PAL [client]."""
    layers = object_at(await read_pal(client, pal_id), "layers")
    perception = json_object(layers.get("perception"))
    if perception is not None and perception.get("perception_model") in {"raven-0", "raven-1"}:
        return False
    model = "raven-1"
    if perception is None:
        await set_layer(client, pal_id, layer="perception", value={"perception_model": model})
    else:
        await set_layer(client, pal_id, layer="perception/perception_model", value=model)
    return True
