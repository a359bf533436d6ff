"""Carries out the calls of the carrier, Tavus's PAL that builds PALs, through the API."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import json_list
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import object_at, rows_in, skills_in
from pytest_tavus.simulator.mcp.arguments import split_names
from pytest_tavus.simulator.mcp.building.drafts import (
    Build,
    DocumentText,
    draft,
    get_or_none,
    read_briefs,
)
from pytest_tavus.simulator.mcp.building.participant import PalCall
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.tools.capabilities import SKILL_OF_PORTAL_ID
from pytest_tavus.simulator.mcp.tools.pals import layer_of, read_pal

DOCUMENT_LENGTH = 40_000
"""Characters of a document that the carrier reads [client]."""

REFUSED = split_names(
    "go_to_deploy open_deploy_capability create_deployment claim_meet update_deployment_settings "
    "set_meet_access"
)
"""Calls for the portal after a build; a build refuses them [client]."""

_ROOT = split_names(
    "persona_description greeting system_prompt document_ids document_tags guardrail_ids "
    "guardrail_tags disclosure_type verbal_disclosure visual_disclosure persona_name "
    "default_replica_id"
)
_FLOW = split_names(
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


async def do_call(client: ApiClient, build: Build, call: PalCall) -> str:
    """Carry out a call, and return a sentence on its outcome.

    Raises `ToolRefusal` if the API refuses, or the call is unknown.
    """
    arguments = {key: value for key, value in call.arguments.items() if key != "response_to_user"}
    match call.name:
        case "draft_pal":
            return await draft(client, build, read_briefs(arguments))
        case "update_persona_field":
            return await update_field(client, build, arguments)
        case "read_knowledge_document":
            return await _read(client, build, str(arguments.get("document_id") or "").strip())
        case "publish_persona":
            await client.post(f"/builder/{build.builder_id}/publish")
            return "The draft was published."
        case name if name in REFUSED:
            return f"{name} is for the portal, and was not done in this build."
        case name:
            return refuse(f"the carrier called a tool that is not known: {name!r}")


async def _read(client: ApiClient, build: Build, document_id: str) -> str:
    if not document_id:
        refuse("the carrier called read_knowledge_document without a document_id")
    document = object_at(await client.get(f"/documents/{document_id}", verbose=True))
    path = f"/documents/{document_id}/chunks"
    answer = await client.get(path, collection="regular", limit=100)
    texts = filter(None, (_text(chunk) for chunk in rows_in(answer, "chunks")))
    build.documents[document_id] = DocumentText(
        name=str(document.get("document_name") or document_id),
        text="\n\n".join(texts)[:DOCUMENT_LENGTH],
    )
    return f"Read the document {document_id}."


def _text(chunk: JsonObject) -> str:
    return str(chunk.get("content") or chunk.get("text") or "").strip()


async def update_field(client: ApiClient, build: Build, arguments: JsonMapping) -> str:
    """Change a field, and return a sentence on the outcome.

    Raises `ToolRefusal` if the API refuses, or the field is unknown.
    """
    field, value = arguments.get("field"), arguments.get("value")
    if not isinstance(field, str) or value is None:
        refuse("the carrier called update_persona_field without a field and a value")
    if field == "tool_ids":
        await _set_tools(client, build.pal_id, value)
    elif field in _FLOW:
        await _set_in_layer(client, build.pal_id, "conversational_flow", {field: value})
    elif field == "emotion_recognition":
        settings = {"perception_model": "raven-1", field: value}
        await _set_in_layer(client, build.pal_id, "perception", settings)
    elif field in _CANVAS or field == _BOOKING:
        await _set_canvas(client, build.pal_id, field, value)
    elif field in _SLIDES:
        await _set_slides(client, build.pal_id, {_SLIDES[field]: value})
    elif field in _ROOT:
        return await _set_root(client, build, field, value)
    else:
        refuse(f"the carrier called update_persona_field for an unknown field: {field}")
    return f"Updated {field}."


async def _set_root(client: ApiClient, build: Build, field: str, value: Json) -> str:
    if field == "default_replica_id":
        current = (await read_pal(client, build.pal_id)).get("default_face_id") or ""
        value = _choose_face(build, str(value).strip(), str(current))
        if not value:
            return "The face stays as it is."
    items = json_list(value)
    unique = value if items is None else list(dict.fromkeys(items))
    await _patch(client, build.pal_id, f"/{field}", unique)
    return f"Updated {field}."


def _choose_face(build: Build, face_id: str, current: str) -> str:
    """Return the face to set, or an empty text; the first face replaces an unknown one [client].

    Raises `ToolRefusal` if the build offers no face.
    """
    if face_id in build.faces:
        return face_id
    if face_id in {"", current}:
        return ""
    if not build.faces:
        refuse(f"the carrier chose the face {face_id!r}, and there is none to choose from")
    return build.faces[0]


async def _set_tools(client: ApiClient, pal_id: str, value: Json) -> None:
    """Attach exactly these tools and capabilities, and detach all others."""
    ids = json_list(value)
    if ids is None or not all(isinstance(each, str) for each in ids):
        refuse("the carrier wrote tool_ids that are no list of texts")
    tools = [each for each in dict.fromkeys(ids) if each not in SKILL_OF_PORTAL_ID]
    await _patch(client, pal_id, "/tool_ids", tools)
    existing = skills_in(await client.get(f"/pals/{pal_id}/skills/"))
    for portal_id, skill in SKILL_OF_PORTAL_ID.items():
        path = f"/pals/{pal_id}/skills/{skill}"
        if portal_id in ids:
            await client.request("PUT", path, body={"config": {}})
        elif skill in existing:
            await client.request("DELETE", path)


async def _set_in_layer(client: ApiClient, pal_id: str, name: str, values: JsonMapping) -> None:
    layer = {**layer_of(await read_pal(client, pal_id), name), **values}
    await client.patch(
        f"/pals/{pal_id}", [{"op": "add", "path": f"/layers/{name}", "value": layer}]
    )


async def _set_canvas(client: ApiClient, pal_id: str, field: str, value: Json) -> None:
    config = await _read_config(client, pal_id, "magic_canvas")
    if field in _CANVAS:
        change = {_CANVAS[field]: value}
    else:
        url = str(value).strip()
        if not url.startswith("https://"):
            refuse(f"the carrier wrote a booking link that is not https: {url!r}")
        embed = {"provider": "calendly", "scheduling_url": url}
        components = object_at(config, "components")
        change = {"components": {**components, "scheduling_embed": embed}}
    await _put(client, pal_id, "magic_canvas", {**config, **change})


async def _set_slides(client: ApiClient, pal_id: str, change: JsonObject) -> None:
    config = {**await _read_config(client, pal_id, "presentation"), **change}
    if "document_ids" not in config:
        config["document_ids"] = (await read_pal(client, pal_id)).get("document_ids") or []
    await _put(client, pal_id, "presentation", config)


async def _read_config(client: ApiClient, pal_id: str, skill: str) -> JsonObject:
    return object_at(await get_or_none(client, f"/pals/{pal_id}/skills/{skill}"), "config")


async def _put(client: ApiClient, pal_id: str, skill: str, config: JsonObject) -> None:
    await client.request("PUT", f"/pals/{pal_id}/skills/{skill}", body={"config": config})


async def _patch(client: ApiClient, pal_id: str, path: str, value: Json) -> None:
    """Replace a field. The route accepts old field names in pointers [client]."""
    operation = {"op": "replace", "path": path, "value": value}
    await client.patch(f"/pals/{pal_id}", [operation])
