"""Tools for the whole account: whether it answers, its faces, and any resource by its name."""

from __future__ import annotations

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.errors import did_you_mean
from pytest_tavus.json_data import Json, JsonObject
from pytest_tavus.simulator.mcp.answers import rows_in
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, refuse

SERVER = "tavus-mcp-python"
"""What the official server calls itself here [client]."""

KEY_SOURCE = "simulator"
"""Where the key comes from; the official server names a variable or a keyring [client]."""

RESOURCES = ("guardrails", "objectives", "documents", "voices", "skills", "tools")


async def check_health(client: ApiClient, *, deep: bool) -> Json:
    checks: dict[str, JsonObject] = {"config": {"ok": True}, "auth": {"ok": True}}
    if deep:
        checks["tavus_api"] = await _probe(client)
    return {
        "ok": all(check["ok"] for check in checks.values()),
        "server": SERVER,
        "environment": client.place.environment,
        "public_api_base_url": client.place.api_url,
        "pal_maker_url": f"{client.place.maker_url.rstrip('/')}/",
        "auth": {"configured": True, "source": KEY_SOURCE},
        "checks": checks,
    }


async def _probe(client: ApiClient) -> JsonObject:
    """Read one PAL, and tell of the answer its shape and its time only [client]."""
    began = client.account.epoch()
    told: JsonObject
    try:
        answer = await client.get("/pals", limit=1, page=0)
    except ToolRefusal as refusal:
        told = {"ok": False, "status": "failed", "error": str(refusal)}
    else:
        shape = _shape(answer)
        count = len(rows_in(answer)) if shape != "object" else 0
        told = {"ok": True, "status": "passed", "response_shape": shape, "item_count": count}
    milliseconds = int((client.account.epoch() - began) * 1000)
    return {"endpoint": "GET /pals?limit=1&page=0", **told, "duration_ms": milliseconds}


def _shape(answer: Json) -> str:
    envelope = json_object(answer)
    if envelope is None:
        return "list" if json_list(answer) is not None else "unknown"
    return "paginated" if json_list(envelope.get("data")) is not None else "object"


async def list_faces(client: ApiClient, *, limit: int, stock: bool) -> Json:
    return await client.get("/faces", limit=limit, face_type="system" if stock else None)


async def list_resource(client: ApiClient, *, resource: str, limit: int) -> Json:
    name = resource.strip().lower()
    plural = next((one for one in RESOURCES if name in {one, one.removesuffix("s")}), None)
    if plural is None:
        hint = did_you_mean(name, RESOURCES) or f"one of: {', '.join(RESOURCES)}"
        refuse(f"resource: there is no resource {resource!r}, {hint}")
    query: JsonObject = {"page": 0, "sort": "desc", "verbose": True}
    return await client.get(f"/{plural}", limit=limit, **query if plural == "documents" else {})
