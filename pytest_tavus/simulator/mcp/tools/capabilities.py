"""Tools for the capabilities of a PAL: four are skills in the API, perception is a layer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.rows import skills_in
from pytest_tavus.simulator.mcp.tools.capability_catalog import (
    CATALOG,
    COMPONENTS,
    capability_named,
    catalog,
    skill_of,
)
from pytest_tavus.simulator.mcp.tools.pals import layer_of, patch_pal, read_pal

PERCEPTION = (
    "perception_model",
    "visual_awareness_queries",
    "audio_awareness_queries",
    "visual_tool_prompt",
    "audio_tool_prompt",
)


async def pal_capabilities(client: ApiClient, pal_id: str) -> dict[str, Any]:
    """Return every capability with whether the PAL has it, and how [client].

    Raises:
        ToolRefusal: the API refused.

    """
    pal = await read_pal(client, pal_id)
    skills = skills_in(await client.get(f"/pals/{pal_id}/skills/"))
    perception = layer_of(pal, "perception") or {"perception_model": "raven-1"}
    told: dict[str, Any] = {}
    for name, row in catalog().items():
        skill = skills.get(row["rqh_skill_id"])
        told[name] = {**row, "attached": skill is not None, "attachment": skill}
    told["perception"] |= {
        "attached": perception.get("perception_model", "raven-1") != "off",
        "attachment": {"skill_id": None, "config": perception},
    }
    return {"pal_id": pal_id, "capabilities": told, "raw_skills": skills}


async def _catalog(_client: ApiClient, _arguments: Arguments) -> Any:
    return catalog()


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    return await pal_capabilities(client, arguments["pal_id"])


async def _attach(client: ApiClient, arguments: Arguments) -> Any:
    capability = capability_named(arguments["capability_id"])
    if capability == "perception":
        model = {"perception_model": arguments["perception_model"] or "raven-1"}
        return await _write_perception(client, {**arguments, **model})
    config = _config(capability, arguments)
    if capability == "slide_presenter" and not config.get("document_ids"):
        refuse("document_ids: slide_presenter needs at least one document")
    return await _send(client, "PUT", arguments["pal_id"], capability, config)


async def _patch(client: ApiClient, arguments: Arguments) -> Any:
    capability = capability_named(arguments["capability_id"])
    if capability == "perception":
        return await _write_perception(client, arguments)
    config = _config(capability, arguments)
    return await _send(client, "PATCH", arguments["pal_id"], capability, config)


async def _detach(client: ApiClient, arguments: Arguments) -> Any:
    capability = capability_named(arguments["capability_id"])
    pal_id = arguments["pal_id"]
    if capability == "perception":
        return await _set_perception(client, pal_id, {"perception_model": "off"})
    return await client.request("DELETE", f"/pals/{pal_id}/skills/{skill_of(capability)}")


async def _send(
    client: ApiClient, method: str, pal_id: str, capability: str, config: dict[str, Any]
) -> Any:
    path = f"/pals/{pal_id}/skills/{skill_of(capability)}"
    return await client.request(method, path, body={"config": config})


async def _write_perception(client: ApiClient, arguments: Arguments) -> Any:
    value: dict[str, Any] = {**(arguments["config"] or {}), **chosen(arguments, *PERCEPTION)}
    value = value or {"perception_model": "raven-1"}
    return await _set_perception(client, arguments["pal_id"], value)


async def _set_perception(client: ApiClient, pal_id: str, value: dict[str, Any]) -> Any:
    operation = {"op": "add", "path": "/layers/perception", "value": value}
    return await patch_pal(client, pal_id, [operation])


def _config(capability: str, arguments: Arguments) -> dict[str, Any]:
    given: dict[str, Any] = dict(arguments["config"] or {})
    if capability == "slide_presenter":
        return {**given, **chosen(arguments, "document_ids", "slides_trigger", "prompt")}
    if capability == "magic_canvas":
        return _merged(given, _canvas(arguments))
    if given:
        refuse(f"config: {CATALOG[capability]['display_name']} has no settings")
    return {}


def _canvas(arguments: Arguments) -> dict[str, Any]:
    """Return the settings of a canvas: a component that is not wanted is switched off."""
    components: dict[str, Any] = {}
    if arguments["magic_canvas_components"] is not None:
        wanted = {name.strip() for name in arguments["magic_canvas_components"]} - {""}
        if unknown := sorted(wanted.difference(COMPONENTS)):
            told = f"{', '.join(map(repr, unknown))}: expected some of {', '.join(COMPONENTS)}"
            refuse(f"magic_canvas_components: a canvas has no {told}")
        off = [name for name in COMPONENTS if name not in {*wanted, "scheduling_embed"}]
        components = {name: {"enabled": False} for name in off}
    provider, url = arguments["scheduling_provider"], arguments["scheduling_url"]
    if url:
        embed = {"provider": provider or "calendly", "scheduling_url": url}
        components["scheduling_embed"] = embed
    elif provider:
        components["scheduling_embed"] = {"provider": provider}
    guidance = arguments["magic_canvas_usage_guidance"]
    config: dict[str, Any] = {"components": components} if components else {}
    return {**config, "usage_guidance": guidance} if guidance else config


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return both, what is in `over` winning; objects are merged too."""
    result = dict(under)
    for key, value in over.items():
        inner, outer = json_object(result.get(key)), json_object(value)
        result[key] = value if inner is None or outer is None else _merged(inner, outer)
    return result


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_pal_capability_catalog": _catalog,
        "tavus_pal_capabilities_list": _list,
        "tavus_pal_capability_attach": _attach,
        "tavus_pal_capability_patch": _patch,
        "tavus_pal_capability_detach": _detach,
    }
)
