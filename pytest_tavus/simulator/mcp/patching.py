"""JSON Patch of the official client: the patches that it builds, and those that it refuses."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from pytest_tavus.contract.body import json_list
from pytest_tavus.contract.pal.layer_rules import LAYERS
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.arguments import split_names
from pytest_tavus.simulator.mcp.client import refuse

OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")

_LISTS = frozenset(
    split_names(
        "memories guardrail_ids guardrail_tags document_ids document_tags tool_ids allowlist "
        "visual_awareness_queries audio_awareness_queries perception_analysis_queries "
        "ambient_awareness_queries"
    )
)
_MAPS = frozenset(split_names("headers extra_body default_query voice_settings sts transport"))

_ROOT = split_names(
    "system_prompt greeting pipeline_mode context pal_name memories default_face_id objectives_id "
    "guardrail_ids guardrail_tags document_ids document_tags tool_ids is_template uuid owner_id "
    "created_at updated_at session_id is_draft source_template_id registration_id pal_settings_id"
)

_NOT_SENT = frozenset({("conferencing", "email"), ("perception", "emotion_recognition")})
"""Keys of layers that the API has and the client does not know, like the whole layer `mcp`."""


def pal_patch_paths() -> frozenset[str]:
    """Return the paths of a PAL that the official client accepts [client]."""
    return frozenset(_paths())


def _paths() -> Iterator[str]:
    for name in _ROOT:
        yield from _field_paths(f"/{name}", name)
    yield "/layers"
    for layer, keys in LAYERS.items():
        if layer == "mcp":
            continue
        yield from _field_paths(f"/layers/{layer}", layer)
        for key in keys or ():
            if (layer, key) not in _NOT_SENT:
                yield from _field_paths(f"/layers/{layer}/{key}", key)


def _field_paths(path: str, name: str) -> Iterator[str]:
    yield path
    if name in _LISTS:
        yield f"{path}/-"
        yield f"{path}/0"
    if name in _MAPS:
        yield f"{path}/*"


def patch_schema() -> JsonObject:
    """Return a JSON Schema with the keys that can be patched, and no others.

    The official server generates its schema from models, with a type and a title for each key
    [client]; this schema follows from the paths, and knows lists and objects only.
    """
    layers = {
        layer: _build_closed_schema(f"/layers/{layer}/") if LAYERS[layer] is not None else schema
        for layer, schema in _properties("/layers/").items()
    }
    layers_schema: JsonObject = {**_build_closed_schema("/layers/"), "properties": layers}
    return {
        **_build_closed_schema("/"),
        "properties": {**_properties("/"), "layers": layers_schema},
    }


def _build_closed_schema(above: str) -> JsonObject:
    return {"type": "object", "additionalProperties": False, "properties": _properties(above)}


def _properties(above: str) -> JsonObject:
    paths = sorted(path.removeprefix(above) for path in pal_patch_paths() if path.startswith(above))
    return {name: _field_schema(name) for name in (path.partition("/")[0] for path in paths)}


def _field_schema(name: str) -> JsonObject:
    """Return the JSON Schema of a field, as far as its paths reveal the type."""
    if name in _LISTS:
        return {"type": "array", "items": {"type": "string"}}
    return {"type": "object"} if name in _MAPS else {}


def read_operations(operations: Json, *, paths: frozenset[str] | None = None) -> list[JsonObject]:
    """Check operations, and drop their null members, as the official client does [client].

    Raises `ToolRefusal` for anything but an operation of JSON Patch, or for a path outside `paths`.
    """
    return [
        _read_operation(operation, f"ops[{index}]", paths)
        for index, operation in enumerate(json_list(operations) or ())
    ]


def _read_operation(operation: JsonMapping, at: str, paths: frozenset[str] | None) -> JsonObject:
    unknown = [key for key in operation if key not in {"op", "path", "value", "from"}]
    if unknown:
        refuse(f"{at}.{unknown[0]}: an operation has op, path, value and from only")
    if operation.get("op") not in OPERATIONS:
        refuse(f"{at}.op: expected one of {', '.join(OPERATIONS)}")
    for key in ("path", "from"):
        pointer = operation.get(key)
        if pointer is None and key == "from":
            continue
        if not isinstance(pointer, str):
            refuse(f"{at}.{key}: expected a pointer such as '/greeting'")
        if paths is not None and (key == "path" or operation["op"] in {"move", "copy"}):
            _check_path(pointer, f"{at}.{key}", paths)
    return {key: value for key, value in operation.items() if value is not None}


def _check_path(pointer: str, at: str, paths: frozenset[str]) -> None:
    if not pointer.startswith("/"):
        refuse(f"{at}: a path must begin with '/', found {pointer!r}")
    if pointer in paths or _is_free(pointer, paths):
        return
    close = difflib.get_close_matches(pointer, sorted(paths))
    hint = f", did you mean {' or '.join(close)}?" if close else ""
    refuse(f"{at}: {pointer!r} is no path of a PAL{hint}")


def _is_free(pointer: str, paths: frozenset[str]) -> bool:
    """Tell whether a path leads into an object that takes any key."""
    steps = [step for step in pointer.split("/") if step]
    upper = ("/" + "/".join(steps[:count]) for count in range(1, len(steps) + 1))
    return any(path in paths and path.rpartition("/")[2] in _MAPS for path in upper)


def field_operations(fields: JsonMapping) -> list[JsonObject]:
    """Return the patch that sets fields, present or not [client]."""
    if not fields:
        refuse("nothing to change was given: give at least one field")
    return [{"op": "add", "path": f"/{name}", "value": value} for name, value in fields.items()]
