"""Tools for the capabilities of a PAL: four are skills in the API, perception is a layer."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Final

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.errors import did_you_mean
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import object_at, skills_in
from pytest_tavus.simulator.mcp.arguments import pick_non_null, split_names
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.tools.pals import layer_of, read_pal, set_layer

COMPONENTS: Final = split_names(
    "question input calendar scheduling_embed text image video chart alert"
)
"""The components of a canvas [client]."""

CATALOG: Final[Mapping[str, JsonObject]] = MappingProxyType(
    {
        "magic_canvas": {
            "display_name": "Magic Canvas",
            "description": "Shows questions, forms, charts and texts beside the conversation.",
            "portal_id": "builtin:magic_canvas",
            "rqh_skill_id": "magic_canvas",
            "config": {
                "components": "Settings by component; one that is not named is on, but for "
                "scheduling_embed, which needs a scheduling_url.",
                "usage_guidance": "When which component is to be shown, in a line or two.",
            },
        },
        "slide_presenter": {
            "display_name": "Slide Presenter",
            "description": "Presents documents that can be shown as slides.",
            "portal_id": "builtin:slide_presenter",
            "rqh_skill_id": "presentation",
            "config": {
                "document_ids": "The documents, at least one.",
                "slides_trigger": "on_demand or walk_the_deck.",
                "prompt": "How to present; may be absent.",
            },
        },
        "web_search": {
            "display_name": "Web Search",
            "description": "Looks things up on the web while the conversation goes on.",
            "portal_id": "builtin:web_search",
            "rqh_skill_id": "internet_search",
            "config": {},
        },
        "memory": {
            "display_name": "Memory",
            "description": "Remembers a person from one conversation to the next.",
            "portal_id": "skill:memory",
            "rqh_skill_id": "memory",
            "config": {},
        },
        "perception": {
            "display_name": "Perception",
            "description": "Sees the camera and hears more than the words.",
            "portal_id": "perception",
            "rqh_skill_id": None,
            "config": {
                "perception_model": "raven-1, raven-0 or off.",
                "visual_awareness_queries": "What to look out for; may be absent.",
                "audio_awareness_queries": "What to listen for; may be absent.",
                "visual_tool_prompt": "How to act on what is seen; may be absent.",
                "audio_tool_prompt": "How to act on what is heard; may be absent.",
            },
        },
    }
)
"""Ids, names and keys are [client]; the sentences are this project's own."""

_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("magic", "canvas"), "magic_canvas"),
        **dict.fromkeys(("slide", "slides", "presentation"), "slide_presenter"),
        **dict.fromkeys(("web", "search", "internet_search"), "web_search"),
        **dict.fromkeys(("vision", "raven"), "perception"),
        **{str(row["portal_id"]): name for name, row in CATALOG.items()},
    }
)

PERCEPTION: Final = split_names(
    "perception_model visual_awareness_queries audio_awareness_queries visual_tool_prompt "
    "audio_tool_prompt"
)
"""Arguments that set members of the layer."""

SKILL_OF_PORTAL_ID: Final[Mapping[str, str]] = MappingProxyType(
    {
        str(row["portal_id"]): str(skill)
        for row in CATALOG.values()
        if (skill := row["rqh_skill_id"])
    }
)
"""From the name of a capability in carrier and web builder to its skill."""


async def read_catalog(_client: ApiClient) -> Json:
    return catalog()


def catalog() -> dict[str, JsonObject]:
    """Return a copy of the catalog that the caller may change."""
    return deepcopy(dict(CATALOG))


async def list_capabilities(client: ApiClient, *, pal_id: str) -> JsonObject:
    """Return every capability, with its attachment to the PAL [client]."""
    pal = await read_pal(client, pal_id)
    skills = skills_in(await client.get(f"/pals/{pal_id}/skills/"))
    perception = layer_of(pal, "perception") or {"perception_model": "raven-1"}
    capabilities = catalog()
    for row in capabilities.values():
        skill = skills.get(str(row["rqh_skill_id"]))
        row |= {"attached": skill is not None, "attachment": skill}
    capabilities["perception"] |= {
        "attached": perception.get("perception_model", "raven-1") != "off",
        "attachment": {"skill_id": None, "config": perception},
    }
    return {"pal_id": pal_id, "capabilities": capabilities, "raw_skills": skills}


async def attach(client: ApiClient, *, pal_id: str, capability_id: str, **settings: Json) -> Json:
    capability = resolve_capability(capability_id)
    if capability == "perception":
        model = settings["perception_model"] or "raven-1"
        return await _write_perception(client, pal_id, {**settings, "perception_model": model})
    config = _config(capability, settings)
    if capability == "slide_presenter" and not config.get("document_ids"):
        refuse("document_ids: slide_presenter needs at least one document")
    return await client.request("PUT", _path(pal_id, capability), body={"config": config})


async def patch(client: ApiClient, *, pal_id: str, capability_id: str, **settings: Json) -> Json:
    capability = resolve_capability(capability_id)
    if capability == "perception":
        return await _write_perception(client, pal_id, settings)
    return await client.patch(_path(pal_id, capability), {"config": _config(capability, settings)})


async def detach(client: ApiClient, *, pal_id: str, capability_id: str) -> Json:
    capability = resolve_capability(capability_id)
    if capability == "perception":
        return await set_layer(
            client, pal_id, layer="perception", value={"perception_model": "off"}
        )
    return await client.request("DELETE", _path(pal_id, capability))


def resolve_capability(text: str) -> str:
    """Return the capability with this id, or with this other name [client]."""
    name = text.strip().lower().replace("-", "_")
    known = name if name in CATALOG else _OTHER_NAMES.get(name)
    if known is None:
        hint = did_you_mean(name, CATALOG) or f"one of: {', '.join(CATALOG)}"
        refuse(f"capability_id: there is no capability {text!r}, {hint}")
    return known


def _path(pal_id: str, capability: str) -> str:
    return f"/pals/{pal_id}/skills/{CATALOG[capability]['rqh_skill_id']}"


async def _write_perception(client: ApiClient, pal_id: str, settings: JsonMapping) -> Json:
    value = {**object_at(settings, "config"), **pick_non_null(settings, *PERCEPTION)}
    return await set_layer(
        client, pal_id, layer="perception", value=value or {"perception_model": "raven-1"}
    )


def _config(capability: str, settings: JsonMapping) -> JsonObject:
    config = object_at(settings, "config")
    if capability == "slide_presenter":
        return {**config, **pick_non_null(settings, "document_ids", "slides_trigger", "prompt")}
    if capability == "magic_canvas":
        return _merge(config, _canvas(settings))
    if config:
        refuse(f"config: {CATALOG[capability]['display_name']} has no settings")
    return {}


def _canvas(settings: JsonMapping) -> JsonObject:
    """Return the config of a canvas; a component that the caller leaves out is switched off."""
    components: JsonObject = {}
    if (names := json_list(settings["magic_canvas_components"])) is not None:
        enabled = {name.strip() for name in names} - {""}
        if unknown := sorted(enabled.difference(COMPONENTS)):
            fault = f"{', '.join(map(repr, unknown))}: expected some of {', '.join(COMPONENTS)}"
            refuse(f"magic_canvas_components: a canvas has no {fault}")
        # scheduling_embed is off anyway without a scheduling_url.
        disabled = [name for name in COMPONENTS if name not in {*enabled, "scheduling_embed"}]
        components = {name: {"enabled": False} for name in disabled}
    provider, url = settings["scheduling_provider"], settings["scheduling_url"]
    if url:
        embed = {"provider": provider or "calendly", "scheduling_url": url}
        components["scheduling_embed"] = embed
    elif provider:
        components["scheduling_embed"] = {"provider": provider}
    guidance = settings["magic_canvas_usage_guidance"]
    config: JsonObject = {"components": components} if components else {}
    return {**config, "usage_guidance": guidance} if guidance else config


def _merge(under: JsonMapping, over: JsonMapping) -> JsonObject:
    """Merge two objects and their inner objects; `over` wins."""
    result = dict(under)
    for key, value in over.items():
        inner, outer = json_object(result.get(key)), json_object(value)
        result[key] = value if inner is None or outer is None else _merge(inner, outer)
    return result
