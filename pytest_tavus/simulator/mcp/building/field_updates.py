"""``update_persona_field``: the carrier changes one thing of the PAL."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.mcp.building.build import Build, or_nothing
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.rows import skills_in
from pytest_tavus.simulator.mcp.tools.capability_catalog import CATALOG
from pytest_tavus.simulator.mcp.tools.pals import layer_of, read_pal

SKILL_OF_PORTAL_ID: Mapping[str, str] = MappingProxyType(
    {row["portal_id"]: row["rqh_skill_id"] for row in CATALOG.values() if row["rqh_skill_id"]}
)
"""What the carrier calls a capability, to the skill that it is."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROOT = _words(
    "persona_description greeting system_prompt document_ids document_tags guardrail_ids "
    "guardrail_tags disclosure_type verbal_disclosure visual_disclosure persona_name "
    "default_replica_id"
)
_FLOW = _words(
    "wake_phrase sleep_phrase turn_detection_model turn_taking_patience replica_interruptibility "
    "voice_isolation idle_engagement"
)
_CANVAS: Mapping[str, str] = MappingProxyType(
    {"magic_canvas_components": "components", "magic_canvas_prompt": "usage_guidance"}
)
_SLIDES: Mapping[str, str] = MappingProxyType(
    {"slide_presenter_slides_trigger": "slides_trigger", "slide_presenter_prompt": "prompt"}
)
_BOOKING = "magic_canvas_scheduling_url"


async def update_field(client: ApiClient, build: Build, arguments: Mapping[str, Any]) -> str:
    """Change one field and tell what was done.

    Raises:
        ToolRefusal: the API refused, or there is no such field.

    """
    field, value = arguments.get("field"), arguments.get("value")
    if not isinstance(field, str) or value is None:
        refuse("the carrier called update_persona_field without a field and a value")
    if field == "tool_ids":
        await _set_tools(client, build.pal_id, value)
    elif field in _FLOW:
        await _set_in_layer(client, build.pal_id, "conversational_flow", {field: value})
    elif field == "emotion_recognition":
        seeing = {"perception_model": "raven-1", field: value}
        await _set_in_layer(client, build.pal_id, "perception", seeing)
    elif field in _CANVAS or field == _BOOKING:
        await _set_canvas(client, build.pal_id, field, value)
    elif field in _SLIDES:
        await _set_slides(client, build.pal_id, {_SLIDES[field]: value})
    elif field in _ROOT:
        return await _set_root(client, build, field, value)
    else:
        refuse(f"the carrier called update_persona_field for an unknown field: {field}")
    return f"Updated {field}."


async def _set_root(client: ApiClient, build: Build, field: str, value: Any) -> str:
    if field == "default_replica_id":
        current = (await read_pal(client, build.pal_id)).get("default_face_id") or ""
        value = _face(build, str(value).strip(), str(current))
        if not value:
            return "The face stays as it is."
    items = json_list(value)
    written = value if items is None else list(dict.fromkeys(items))
    await _patch(client, build.pal_id, f"/{field}", written)
    return f"Updated {field}."


def _face(build: Build, asked: str, current: str) -> str:
    """Return the face to set, or nothing: one that cannot be chosen gives way to another [client].

    Raises:
        ToolRefusal: there is no other.

    """
    if asked in {"", current} and asked not in build.faces:
        return ""
    if asked in build.faces:
        return asked
    if not build.faces:
        refuse(f"the carrier chose the face {asked!r}, and there is none to choose from")
    return build.faces[0]


async def _set_tools(client: ApiClient, pal_id: str, value: Any) -> None:
    """Attach exactly these tools and capabilities."""
    asked = json_list(value)
    if asked is None or not all(isinstance(each, str) for each in asked):
        refuse("the carrier wrote tool_ids that are no list of texts")
    tools = [each for each in dict.fromkeys(asked) if each not in SKILL_OF_PORTAL_ID]
    await _patch(client, pal_id, "/tool_ids", tools)
    existing = skills_in(await client.get(f"/pals/{pal_id}/skills/"))
    for portal_id, skill in SKILL_OF_PORTAL_ID.items():
        path = f"/pals/{pal_id}/skills/{skill}"
        if portal_id in asked:
            await client.request("PUT", path, body={"config": {}})
        elif skill in existing:
            await client.request("DELETE", path)


async def _set_in_layer(client: ApiClient, pal_id: str, name: str, values: dict[str, Any]) -> None:
    layer = {**layer_of(await read_pal(client, pal_id), name), **values}
    await client.patch(
        f"/pals/{pal_id}", [{"op": "add", "path": f"/layers/{name}", "value": layer}]
    )


async def _set_canvas(client: ApiClient, pal_id: str, field: str, value: Any) -> None:
    config = await _config(client, pal_id, "magic_canvas")
    if field in _CANVAS:
        change = {_CANVAS[field]: value}
    else:
        url = str(value).strip()
        if not url.startswith("https://"):
            refuse(f"the carrier wrote a booking link that is not https: {url!r}")
        embed = {"provider": "calendly", "scheduling_url": url}
        components = json_object(config.get("components")) or {}
        change = {"components": {**components, "scheduling_embed": embed}}
    await _put(client, pal_id, "magic_canvas", {**config, **change})


async def _set_slides(client: ApiClient, pal_id: str, change: dict[str, Any]) -> None:
    config = {**await _config(client, pal_id, "presentation"), **change}
    if "document_ids" not in config:
        config["document_ids"] = (await read_pal(client, pal_id)).get("document_ids") or []
    await _put(client, pal_id, "presentation", config)


async def _config(client: ApiClient, pal_id: str, skill: str) -> dict[str, Any]:
    answer = json_object(await or_nothing(client, f"/pals/{pal_id}/skills/{skill}")) or {}
    return json_object(answer.get("config")) or {}


async def _put(client: ApiClient, pal_id: str, skill: str, config: dict[str, Any]) -> None:
    await client.request("PUT", f"/pals/{pal_id}/skills/{skill}", body={"config": config})


async def _patch(client: ApiClient, pal_id: str, path: str, value: Any) -> None:
    """Replace one field. The route takes the former words in pointers too [client]."""
    operation = {"op": "replace", "path": path, "value": value}
    await client.patch(f"/pals/{pal_id}", [operation])
