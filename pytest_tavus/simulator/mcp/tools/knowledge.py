"""Tools for the knowledge of a PAL: its documents, its document tags, and their search."""

from __future__ import annotations

from typing import NoReturn

from pytest_tavus.contract.body import json_list
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.arguments import pick_non_null
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, refuse
from pytest_tavus.simulator.mcp.tools.pals import layer_of, patch_pal, read_pal, set_layer

_KINDS = ("document_ids", "document_tags")


async def list_knowledge(client: ApiClient, *, pal_id: str) -> JsonObject:
    """Return the document ids and tags of a PAL, its documents, and its layer [client]."""
    pal = await read_pal(client, pal_id)
    documents: list[Json] = []
    missing: list[str] = []
    for document_id in _texts(pal.get("document_ids")):
        try:
            documents.append(await client.get(f"/documents/{document_id}", verbose=True))
        except ToolRefusal as refusal:
            if refusal.status != 404:
                raise
            missing.append(document_id)
    return {
        "pal_id": pal_id,
        **{kind: _texts(pal.get(kind)) for kind in _KINDS},
        "documents": documents,
        "missing_document_ids": missing,
        "knowledge_base": layer_of(pal, "knowledge_base"),
    }


async def add_knowledge(client: ApiClient, *, pal_id: str, **knowledge: Json) -> Json:
    current = await _read_current(client, pal_id, knowledge)
    extended = {kind: [*current[kind], *_texts(knowledge[kind])] for kind in _KINDS}
    return await _write(client, pal_id, extended)


async def remove_knowledge(client: ApiClient, *, pal_id: str, **knowledge: Json) -> Json:
    current = await _read_current(client, pal_id, knowledge)
    removed = {kind: _texts(knowledge[kind]) for kind in _KINDS}
    rest = {kind: [text for text in current[kind] if text not in removed[kind]] for kind in _KINDS}
    return await _write(client, pal_id, rest)


async def replace_knowledge(client: ApiClient, *, pal_id: str, **knowledge: Json) -> Json:
    return await _write(client, pal_id, knowledge)


async def patch_knowledge_settings(client: ApiClient, *, pal_id: str, **settings: Json) -> Json:
    changed = pick_non_null(settings)
    if not changed:
        refuse(f"nothing to change was given: give one of {', '.join(settings)}")
    layer = layer_of(await read_pal(client, pal_id), "knowledge_base")
    return await set_layer(client, pal_id, layer="knowledge_base", value={**layer, **changed})


async def refuse_upload(_client: ApiClient, *, local_path: str, **_: Json) -> NoReturn:
    """Refuse to turn a local file into a document.

    The official server also refuses without the portal's own token, before it reads the file
    [client]; a simulated account never has such a token.
    """
    refuse(
        f"{local_path!r} cannot be uploaded: local files go through the developer portal, which "
        "needs a token of its own (TAVUS_PORTAL_BEARER_TOKEN) and is not simulated. Host the "
        "file and give its URL to tavus_document_create."
    )


async def _read_current(
    client: ApiClient, pal_id: str, knowledge: JsonMapping
) -> dict[str, list[str]]:
    if not any(knowledge.values()):
        refuse("nothing was given: give document_ids or document_tags")
    current = await list_knowledge(client, pal_id=pal_id)
    return {kind: _texts(current[kind]) for kind in _KINDS}


async def _write(client: ApiClient, pal_id: str, knowledge: JsonMapping) -> Json:
    operations = [
        {"op": "replace", "path": f"/{kind}", "value": _texts(knowledge[kind])} for kind in _KINDS
    ]
    return await patch_pal(client, pal_id, operations)


def _texts(values: Json) -> list[str]:
    """Return the trimmed texts of a list, without duplicates and empty texts [client]."""
    trimmed = (item.strip() for item in json_list(values) or () if isinstance(item, str))
    return list(dict.fromkeys(text for text in trimmed if text))
