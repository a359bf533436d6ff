"""Tools for what a PAL knows: its documents, its document tags, and how they are searched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_list
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, refuse, refused_upload
from pytest_tavus.simulator.mcp.tools.pals import layer_of, patch_pal, read_pal

SETTINGS = (
    "rag_score_threshold",
    "rag_n_chunks",
    "rag_surrounding_chunk_radius",
    "enable_rag_observability_app_messages",
    "use_procedure_goalchain",
)

_KINDS = ("document_ids", "document_tags")


async def pal_knowledge(client: ApiClient, pal_id: str) -> dict[str, Any]:
    """Return a PAL's documents and tags, the documents themselves, and the layer [client].

    Raises:
        ToolRefusal: the API refused for another reason than that a document is not there.

    """
    pal = await read_pal(client, pal_id)
    documents: list[Any] = []
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
        "document_ids": _texts(pal.get("document_ids")),
        "document_tags": _texts(pal.get("document_tags")),
        "documents": documents,
        "missing_document_ids": missing,
        "knowledge_base": layer_of(pal, "knowledge_base"),
    }


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    return await pal_knowledge(client, arguments["pal_id"])


async def _add(client: ApiClient, arguments: Arguments) -> Any:
    current, given = await _current(client, arguments)
    return await _write(
        client, arguments, {kind: [*current[kind], *given[kind]] for kind in _KINDS}
    )


async def _remove(client: ApiClient, arguments: Arguments) -> Any:
    current, given = await _current(client, arguments)
    kept = {kind: [one for one in current[kind] if one not in given[kind]] for kind in _KINDS}
    return await _write(client, arguments, kept)


async def _replace(client: ApiClient, arguments: Arguments) -> Any:
    return await _write(client, arguments, {kind: arguments[kind] or [] for kind in _KINDS})


async def _settings(client: ApiClient, arguments: Arguments) -> Any:
    changed = chosen(arguments, *SETTINGS)
    if not changed:
        refuse(f"nothing to change was given: give one of {', '.join(SETTINGS)}")
    pal = await read_pal(client, arguments["pal_id"])
    layer = {**layer_of(pal, "knowledge_base"), **changed}
    operation = {"op": "add", "path": "/layers/knowledge_base", "value": layer}
    return await patch_pal(client, arguments["pal_id"], [operation])


async def _upload(_client: ApiClient, arguments: Arguments) -> Any:
    raise refused_upload(arguments["local_path"])


async def _current(
    client: ApiClient, arguments: Arguments
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    given = {kind: _texts(arguments[kind]) for kind in _KINDS}
    if not any(arguments[kind] for kind in _KINDS):
        refuse("nothing was given: give document_ids or document_tags")
    return await pal_knowledge(client, arguments["pal_id"]), given


async def _write(
    client: ApiClient, arguments: Arguments, knowledge: Mapping[str, Iterable[str]]
) -> Any:
    operations = [
        {"op": "replace", "path": f"/{kind}", "value": _texts(list(knowledge[kind]))}
        for kind in _KINDS
    ]
    return await patch_pal(client, arguments["pal_id"], operations)


def _texts(values: Any) -> list[str]:
    """Return the texts of a list, trimmed, each once, without the empty ones [client]."""
    items: Sequence[Any] = json_list(values) or ()
    trimmed = (item.strip() for item in items if isinstance(item, str))
    return list(dict.fromkeys(text for text in trimmed if text))


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_pal_knowledge_list": _list,
        "tavus_pal_knowledge_add": _add,
        "tavus_pal_knowledge_remove": _remove,
        "tavus_pal_knowledge_replace": _replace,
        "tavus_pal_knowledge_settings_patch": _settings,
        "tavus_pal_knowledge_upload": _upload,
    }
)
