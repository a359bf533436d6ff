"""Tools that create and change PALs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pytest_tavus.contract.body import json_object
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import (
    first_of,
    handover,
    id_of,
    object_at,
    rows_in,
    with_links,
)
from pytest_tavus.simulator.mcp.arguments import pick_non_empty, pick_non_null
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.patching import pal_patch_paths, read_operations

MODEL = "tavus-gemma-4"
"""The default model of a PAL with the full pipeline [client]."""

PROMPTS: Mapping[str, str] = MappingProxyType(
    {
        "customer-support": "You help customers. Find out what went wrong, say what you can do "
        "about it in a few friendly words, and promise nothing that you cannot keep.",
        "interviewer": "You hold an interview. Ask a single question, hear the answer to its end, "
        "and ask for an example where it stays general.",
        "sales": "You advise buyers. Learn what they need before you recommend, say what fits and "
        "what does not, and leave the decision to them.",
        "tutor": "You teach. Go in small steps, begin with an example, and find out after each "
        "step whether it was understood.",
        "dev-rel": "You help developers to build. Answer precisely, name what each choice costs, "
        "and show code where it says more than words.",
    }
)
"""The names of templates are [client]; the prompts are this project's own."""

_SENT_EMPTY = ("system_prompt", "pal_name", "greeting", "context", "layers", "memories")
"""Fields of a PAL that are sent even if they are empty [client]."""


def list_row(pal: JsonMapping) -> JsonObject:
    return {
        "pal_id": id_of(pal),
        "name": first_of(pal, "name", "pal_name", "persona_name"),
        "description": first_of(pal, "description", "pal_description", "persona_description"),
        "is_published": pal.get("is_published"),
        "pipeline_mode": pal.get("pipeline_mode"),
        "updated_at": pal.get("updated_at"),
    }


async def create(client: ApiClient, **fields: Json) -> Json:
    others = {name: value for name, value in fields.items() if name not in _SENT_EMPTY}
    # False is a setting, unlike an empty text or list.
    non_empty = {name: value for name, value in others.items() if value or value is False}
    return await _create(client, {**pick_non_null(fields, *_SENT_EMPTY), **non_empty})


async def _create(client: ApiClient, body: JsonMapping) -> Json:
    """Create a PAL and return it with its links; a full pipeline has a default model [client]."""
    mode = body.get("pipeline_mode", "full")
    if mode == "full" and not body.get("system_prompt"):
        refuse("system_prompt: it is required where pipeline_mode is 'full'")
    for name in ("system_prompt", "context"):
        if mode in {"echo", "speech-to-speech"} and body.get(name):
            refuse(f"{name}: it must be absent where pipeline_mode is {mode!r}")
    pal = {"pipeline_mode": mode, **body}
    if mode == "full":
        pal["layers"] = _with_model(body.get("layers"))
    return with_links(client.address, await client.post("/pals", pal))


def _with_model(layers_value: Json) -> Json:
    layers = {} if layers_value is None else json_object(layers_value)
    llm = None if layers is None else json_object(layers.get("llm") or {})
    if layers is None or llm is None:
        return layers_value  # the API refuses a wrong shape
    return {**layers, "llm": {"model": MODEL, "speculative_inference": True, **pick_non_null(llm)}}


async def patch_pal(client: ApiClient, pal_id: str, operations: Sequence[JsonMapping]) -> Json:
    """Change a PAL. Raises `ToolRefusal` for paths that the official client refuses too."""
    checked = read_operations(operations, paths=pal_patch_paths())
    return await client.patch(f"/pals/{pal_id}", checked)


async def set_layer(client: ApiClient, pal_id: str, *, layer: str, value: Json) -> Json:
    """Write a layer of a PAL, or a member: `layer` may be a path such as ``perception/model``."""
    return await patch_pal(
        client, pal_id, [{"op": "add", "path": f"/layers/{layer}", "value": value}]
    )


async def read_pal(client: ApiClient, pal_id: str) -> JsonObject:
    """Return a PAL with its settings."""
    return object_at(await client.get(f"/pals/{pal_id}", include_settings="true"))


def layer_of(pal: JsonMapping, name: str) -> JsonObject:
    """Return a layer of a PAL, or an empty object without such a layer."""
    return object_at(pal, "layers", name)


async def create_from_template(
    client: ApiClient,
    *,
    template: str,
    pal_name: str | None,
    business_context: str | None,
    **more: Json,
) -> Json:
    prompt = PROMPTS[template]
    if context := (business_context or "").strip():
        prompt = f"{prompt}\n\nAbout the business:\n{context}"
    name = pal_name or template.replace("-", " ").title()  # as the official client does [client]
    body = {"pal_name": name, "system_prompt": prompt}
    return await _create(client, {**body, **pick_non_empty(more)})


async def create_at_once(
    client: ApiClient, *, system_prompt: str, pal_name: str, face_id: str | None
) -> Json:
    face_id = face_id or await _first_stock_face(client)
    body = {"pal_name": pal_name, "system_prompt": system_prompt, "default_face_id": face_id}
    pal = await _create(client, body)
    pal_id = str(id_of(object_at(pal)))
    return {"pal": pal, "face_id": face_id, **handover(client.address, pal_id)}


async def _first_stock_face(client: ApiClient) -> str:
    rows = rows_in(await client.get("/faces", limit=25, face_type="system"))
    face_id = first_of(rows[0], "face_id", "replica_id") if rows else None
    if not face_id:
        refuse("the account has no stock face: give face_id")
    return str(face_id)


async def preview(client: ApiClient, *, pal_id: str) -> Json:
    pal = object_at(await client.get(f"/pals/{pal_id}"))
    return {"pal_id": pal_id, "pal_name": pal.get("pal_name"), **handover(client.address, pal_id)}
