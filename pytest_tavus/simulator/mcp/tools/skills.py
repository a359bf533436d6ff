"""Tools for Tavus's skills, and for those of one PAL as the API has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, get, send
from pytest_tavus.simulator.mcp.client import ApiClient

_PATH = "/pals/{pal_id}/skills/{skill_id}"


async def _attach(client: ApiClient, arguments: Arguments) -> Any:
    return await _write(client, "PUT", arguments)


async def _patch(client: ApiClient, arguments: Arguments) -> Any:
    return await _write(client, "PATCH", arguments)


async def _write(client: ApiClient, method: str, arguments: Arguments) -> Any:
    config: dict[str, Any] = arguments["config"] or {}
    return await client.request(method, _PATH.format_map(arguments), body={"config": config})


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_skill_list": get("/skills"),
        "tavus_skill_get": get("/skills/{skill_id}"),
        "tavus_pal_skills_list": get("/pals/{pal_id}/skills/"),
        "tavus_pal_skill_attach": _attach,
        "tavus_pal_skill_patch": _patch,
        "tavus_pal_skill_detach": send("DELETE", _PATH),
    }
)
