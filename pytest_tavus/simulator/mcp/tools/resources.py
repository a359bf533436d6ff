"""Tools that list what a PAL can be made of: faces, voices, and any resource by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.errors import did_you_mean
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, filled
from pytest_tavus.simulator.mcp.client import ApiClient, refuse

RESOURCES = ("guardrails", "objectives", "documents", "voices", "skills", "tools")


async def _faces(client: ApiClient, arguments: Arguments) -> Any:
    kind = "system" if arguments["stock"] else None
    return await client.get("/faces", limit=arguments["limit"], face_type=kind)


async def _voices(client: ApiClient, arguments: Arguments) -> Any:
    query: dict[str, Any] = {name: arguments[name] for name in ("limit", "page")}
    query |= filled(arguments, "search", "sort")
    if arguments["tags"]:
        query["tags"] = ",".join(arguments["tags"])
    return await client.get("/voices", **query)


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    name = arguments["resource"].strip().lower()
    plural = next((one for one in RESOURCES if name in {one, one.removesuffix("s")}), None)
    if plural is None:
        hint = did_you_mean(name, RESOURCES) or f"one of: {', '.join(RESOURCES)}"
        refuse(f"resource: there is no resource {arguments['resource']!r}, {hint}")
    query: dict[str, Any] = {"limit": arguments["limit"]}
    if plural == "documents":
        query |= {"page": 0, "sort": "desc", "verbose": True}
    return await client.get(f"/{plural}", **query)


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_face_list": _faces,
        "tavus_voice_list": _voices,
        "tavus_resource_list": _list,
    }
)
