"""The tool that tells whether the account can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal
from pytest_tavus.simulator.mcp.rows import rows_in

SERVER = "tavus-mcp-python"
"""What the official server calls itself here [client]."""

KEY_SOURCE = "simulator"
"""Where the key comes from; the official server names a variable or a keyring [client]."""


async def _check(client: ApiClient, arguments: Arguments) -> Any:
    checks: dict[str, Any] = {"config": {"ok": True}, "auth": {"ok": True}}
    if arguments["deep"]:
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


async def _probe(client: ApiClient) -> dict[str, Any]:
    """Read one PAL, and tell of the answer its shape and its time only [client]."""
    asked = {"limit": 1, "page": 0}
    began = client.account.epoch()
    told: dict[str, Any]
    try:
        answer = await client.get("/pals", **asked)
    except ToolRefusal as refusal:
        told = {"ok": False, "status": "failed", "error": str(refusal)}
    else:
        shape = _shape(answer)
        count = len(rows_in(answer)) if shape != "object" else 0
        told = {"ok": True, "status": "passed", "response_shape": shape, "item_count": count}
    milliseconds = int((client.account.epoch() - began) * 1000)
    return {"endpoint": "GET /pals?limit=1&page=0", **told, "duration_ms": milliseconds}


def _shape(answer: Any) -> str:
    envelope = json_object(answer)
    if envelope is None:
        return "list" if json_list(answer) is not None else "unknown"
    return "paginated" if json_list(envelope.get("data")) is not None else "object"


TOOLS: Mapping[str, ToolFunction] = MappingProxyType({"tavus_mcp_health_check": _check})
