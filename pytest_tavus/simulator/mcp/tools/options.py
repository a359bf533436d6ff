"""The tool that tells everything a PAL could be made of, beside what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import json_list
from pytest_tavus.contract.pal.layer_rules import LAYERS
from pytest_tavus.json_data import Json, JsonObject
from pytest_tavus.simulator.mcp.answers import rows_in, skills_in, unwrapped
from pytest_tavus.simulator.mcp.client import ApiClient
from pytest_tavus.simulator.mcp.patching import field_schema, pal_patch_paths
from pytest_tavus.simulator.mcp.tools.capabilities import catalog, list_capabilities
from pytest_tavus.simulator.mcp.tools.knowledge import list_knowledge

_LISTED: Mapping[str, tuple[str, Mapping[str, Json]]] = MappingProxyType(
    {
        "faces": ("/faces", {"face_type": "system"}),
        "voices": ("/voices", {}),
        "guardrails": ("/guardrails", {}),
        "objectives": ("/objectives", {}),
        "documents": ("/documents", {"page": 0, "sort": "desc", "verbose": True}),
        "tools": ("/tools", {}),
        "skills": ("/skills", {}),
        "pronunciation_dictionaries": ("/pronunciation-dictionaries", {}),
    }
)


async def describe_options(client: ApiClient, *, pal_id: str) -> Json:
    pal = await client.get(f"/pals/{pal_id}", verbose="true", include_settings="true")
    available: JsonObject = {}
    for name, (path, query) in _LISTED.items():
        available[name] = unwrapped(await client.get(path, limit=100, **query))
    available["tools"] = _by_origin(available["tools"])
    return {
        "pal": pal,
        "pal_attached_tools": unwrapped(await client.get(f"/pals/{pal_id}/tools/")),
        "pal_attached_skills": skills_in(await client.get(f"/pals/{pal_id}/skills/")),
        "pal_capabilities": (await list_capabilities(client, pal_id=pal_id))["capabilities"],
        "pal_knowledge": await list_knowledge(client, pal_id=pal_id),
        "available": {**available, "pal_capabilities": catalog()},
        "schemas": {
            "pal_patch_model": patch_schema(),
            "patchable_paths": sorted(pal_patch_paths()),
        },
    }


def _by_origin(tools: Json) -> dict[str, list[Json]]:
    grouped: dict[str, list[Json]] = {"llm": [], "vision": [], "audio": []}
    for tool in rows_in(tools) if json_list(tools) is not None else ():
        grouped.setdefault(str(tool.get("origin", "llm")), []).append(tool)
    return grouped


def patch_schema() -> JsonObject:
    """Return the JSON Schema of what can be patched: which keys there are, and no others.

    The official server sends one that is generated from its models, with a type and a title for
    each key [client]; this one is made from the paths, and knows lists and objects only.
    """
    names = {path.split("/")[1] for path in pal_patch_paths()}
    keys = {name: _layer_schema(name) for name in LAYERS if f"/layers/{name}" in pal_patch_paths()}
    layers: JsonObject = {"type": "object", "additionalProperties": False, "properties": keys}
    properties = {name: field_schema(name) for name in sorted(names)}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**properties, "layers": layers},
    }


def _layer_schema(layer: str) -> JsonObject:
    if LAYERS[layer] is None:
        return field_schema(layer)
    steps = [path.split("/") for path in sorted(pal_patch_paths())]
    known = [step[3] for step in steps if step[1:3] == ["layers", layer] and len(step) == 4]
    properties = {name: field_schema(name) for name in known}
    return {"type": "object", "additionalProperties": False, "properties": properties}
