"""Tools for the whole account: its health, its faces, and the options of a PAL."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.errors import did_you_mean
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import rows_in, skills_in, unwrap_data
from pytest_tavus.simulator.mcp.arguments import split_names
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, refuse
from pytest_tavus.simulator.mcp.patching import pal_patch_paths, patch_schema
from pytest_tavus.simulator.mcp.tools.capabilities import catalog, list_capabilities
from pytest_tavus.simulator.mcp.tools.knowledge import list_knowledge

SERVER = "tavus-mcp-python"
"""The name of the official server in a health check [client]."""

KEY_SOURCE = "simulator"
"""The source of the key; the official server names a variable or a keyring [client]."""

_QUERIES: Mapping[str, JsonMapping] = MappingProxyType(
    {"faces": {"face_type": "system"}, "documents": {"page": 0, "sort": "desc", "verbose": True}}
)
"""Further query of a list [client]."""

_PARTS = split_names(
    "faces voices guardrails objectives documents tools skills pronunciation_dictionaries"
)
RESOURCES = ("guardrails", "objectives", "documents", "voices", "skills", "tools")


async def check_health(client: ApiClient, *, deep: bool) -> Json:
    checks: dict[str, JsonObject] = {"config": {"ok": True}, "auth": {"ok": True}}
    if deep:
        checks["tavus_api"] = await _probe(client)
    return {
        "ok": all(check["ok"] for check in checks.values()),
        "server": SERVER,
        "environment": client.address.environment,
        "public_api_base_url": client.address.api_url,
        "pal_maker_url": f"{client.address.maker_url.rstrip('/')}/",
        "auth": {"configured": True, "source": KEY_SOURCE},
        "checks": checks,
    }


async def _probe(client: ApiClient) -> JsonObject:
    """Read one PAL, and report only the shape and the time of the answer [client]."""
    began = client.api.account.epoch()
    check: JsonObject
    try:
        answer = await client.get("/pals", limit=1, page=0)
    except ToolRefusal as refusal:
        check = {"ok": False, "status": "failed", "error": str(refusal)}
    else:
        shape = _shape(answer)
        count = len(rows_in(answer)) if shape != "object" else 0
        check = {"ok": True, "status": "passed", "response_shape": shape, "item_count": count}
    milliseconds = int((client.api.account.epoch() - began) * 1000)
    return {"endpoint": "GET /pals?limit=1&page=0", **check, "duration_ms": milliseconds}


def _shape(answer: Json) -> str:
    envelope = json_object(answer)
    if envelope is None:
        return "list" if json_list(answer) is not None else "unknown"
    return "paginated" if json_list(envelope.get("data")) is not None else "object"


async def list_faces(client: ApiClient, *, limit: int, stock: bool) -> Json:
    return await client.get("/faces", limit=limit, face_type="system" if stock else None)


async def list_resource(client: ApiClient, *, resource: str, limit: int) -> Json:
    name = resource.strip().lower()
    plural = next((each for each in RESOURCES if name in {each, each.removesuffix("s")}), None)
    if plural is None:
        hint = did_you_mean(name, RESOURCES) or f"one of: {', '.join(RESOURCES)}"
        refuse(f"resource: there is no resource {resource!r}, {hint}")
    return await client.get(f"/{plural}", limit=limit, **_QUERIES.get(plural, {}))


async def describe_options(client: ApiClient, *, pal_id: str) -> Json:
    pal = await client.get(f"/pals/{pal_id}", verbose="true", include_settings="true")
    available: JsonObject = {}
    for name in _PARTS:
        path = f"/{name.replace('_', '-')}"
        available[name] = unwrap_data(await client.get(path, limit=100, **_QUERIES.get(name, {})))
    available["tools"] = _group_by_origin(available["tools"])
    return {
        "pal": pal,
        "pal_attached_tools": unwrap_data(await client.get(f"/pals/{pal_id}/tools/")),
        "pal_attached_skills": skills_in(await client.get(f"/pals/{pal_id}/skills/")),
        "pal_capabilities": (await list_capabilities(client, pal_id=pal_id))["capabilities"],
        "pal_knowledge": await list_knowledge(client, pal_id=pal_id),
        "available": {**available, "pal_capabilities": catalog()},
        "schemas": {
            "pal_patch_model": patch_schema(),
            "patchable_paths": sorted(pal_patch_paths()),
        },
    }


def _group_by_origin(tools: Json) -> dict[str, list[Json]]:
    grouped: dict[str, list[Json]] = {"llm": [], "vision": [], "audio": []}
    for tool in rows_in(tools) if json_list(tools) is not None else ():
        grouped.setdefault(str(tool.get("origin", "llm")), []).append(tool)
    return grouped
