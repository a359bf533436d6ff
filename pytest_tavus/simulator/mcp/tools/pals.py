"""Tools for PALs themselves: to list, read, make, change and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, filled, get, send
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.links import handover, with_links
from pytest_tavus.simulator.mcp.patching import checked_operations, pal_patch_paths
from pytest_tavus.simulator.mcp.rows import compact, first_of, rows_in

MODEL = "tavus-gemma-4"
"""The model of a PAL of the full pipeline that names none [client]."""

TEMPLATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "customer-support": (
            "Customer Support",
            (
                "You help customers. Find out what went wrong, say what you can do about it in a "
                "few friendly words, and promise nothing that you cannot keep."
            ),
        ),
        "interviewer": (
            "Interviewer",
            (
                "You hold an interview. Ask a single question, hear the answer to its end, and ask "
                "for an example where it stays general."
            ),
        ),
        "sales": (
            "Sales",
            (
                "You advise buyers. Learn what they need before you recommend, say what fits and "
                "what does not, and leave the decision to them."
            ),
        ),
        "tutor": (
            "Tutor",
            (
                "You teach. Go in small steps, begin with an example, and find out after each step "
                "whether it was understood."
            ),
        ),
        "dev-rel": (
            "Dev Rel",
            (
                "You help developers to build. Answer precisely, name what each choice costs, and "
                "show code where it says more than words."
            ),
        ),
    }
)
"""The names of templates and PALs are [client]; the prompts are this project's own."""


async def create_pal(client: ApiClient, body: Mapping[str, Any]) -> Any:
    """Make a PAL and return it with its links; a full pipeline gets its default model [client].

    Raises:
        ToolRefusal: the API refused, or a prompt is there or not against the pipeline's mode.

    """
    mode = body.get("pipeline_mode", "full")
    if mode == "full" and not body.get("system_prompt"):
        refuse("system_prompt: it is required where pipeline_mode is 'full'")
    for name in ("system_prompt", "context"):
        if mode in {"echo", "speech-to-speech"} and body.get(name):
            refuse(f"{name}: it must be absent where pipeline_mode is {mode!r}")
    made = {"pipeline_mode": mode, **body}
    if mode == "full":
        made["layers"] = _with_model(body.get("layers"))
    return with_links(client.place, await client.post("/pals", made))


def _with_model(given: Any) -> Any:
    layers = {} if given is None else json_object(given)
    llm = None if layers is None else json_object(layers.get("llm") or {})
    if layers is None or llm is None:
        return given
    written = {key: value for key, value in llm.items() if value is not None}
    return {**layers, "llm": {"model": MODEL, "speculative_inference": True, **written}}


async def patch_pal(client: ApiClient, pal_id: str, operations: list[dict[str, Any]]) -> Any:
    """Change a PAL. Raises `ToolRefusal` for a path that the official client refuses too."""
    checked = checked_operations(operations, paths=pal_patch_paths())
    return await client.patch(f"/pals/{pal_id}", checked)


async def read_pal(client: ApiClient, pal_id: str, **query: str) -> dict[str, Any]:
    """Return a PAL with its settings. Raises `ToolRefusal`."""
    answer = await client.get(f"/pals/{pal_id}", **query, include_settings="true")
    return json_object(answer) or {}


def layer_of(pal: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return one layer of a PAL; nothing, where it has none of that name."""
    return json_object((json_object(pal.get("layers")) or {}).get(name)) or {}


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    query = chosen(arguments, "limit", "page", "pal_type", "sort")
    return compact(await client.get("/pals", **query), _row)


def _row(pal: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pal_id": first_of(pal, "pal_id", "persona_id", "uuid"),
        "name": first_of(pal, "name", "pal_name", "persona_name"),
        "description": first_of(pal, "description", "pal_description", "persona_description"),
        "is_published": pal.get("is_published"),
        "pipeline_mode": pal.get("pipeline_mode"),
        "updated_at": pal.get("updated_at"),
    }


async def _create(client: ApiClient, arguments: Arguments) -> Any:
    body = chosen(
        arguments, "pal_name", "system_prompt", "greeting", "context", "layers", "memories"
    )
    body |= chosen(arguments, "is_template")
    body |= filled(
        arguments,
        "pipeline_mode",
        "default_face_id",
        "objectives_id",
        "guardrail_ids",
        "guardrail_tags",
        "document_ids",
        "document_tags",
        "tool_ids",
    )
    return await create_pal(client, body)


async def _patch(client: ApiClient, arguments: Arguments) -> Any:
    return await patch_pal(client, arguments["pal_id"], arguments["ops"])


async def _from_template(client: ApiClient, arguments: Arguments) -> Any:
    name, prompt = TEMPLATES[arguments["template"]]
    if context := (arguments["business_context"] or "").strip():
        prompt = f"{prompt}\n\nAbout the business:\n{context}"
    body = {"pal_name": arguments["pal_name"] or name, "system_prompt": prompt}
    return await create_pal(client, {**body, **filled(arguments, "default_face_id", "layers")})


async def _quickstart(client: ApiClient, arguments: Arguments) -> Any:
    face_id = arguments["face_id"] or await _first_stock_face(client)
    body = chosen(arguments, "pal_name", "system_prompt")
    pal = await create_pal(client, {**body, "default_face_id": face_id})
    pal_id = str(first_of(json_object(pal) or {}, "pal_id", "persona_id", "uuid"))
    return {"pal": pal, "face_id": face_id, **handover(client.place, pal_id)}


async def _first_stock_face(client: ApiClient) -> str:
    rows = rows_in(await client.get("/faces", limit=25, face_type="system"))
    found = first_of(rows[0], "face_id", "replica_id") if rows else None
    if not found:
        refuse("the account has no stock face: give face_id")
    return str(found)


async def _preview(client: ApiClient, arguments: Arguments) -> Any:
    pal_id = arguments["pal_id"]
    pal = json_object(await client.get(f"/pals/{pal_id}")) or {}
    return {
        "pal_id": pal_id,
        "pal_name": pal.get("pal_name"),
        **handover(client.place, pal_id),
    }


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_pal_list": _list,
        "tavus_pal_get": get("/pals/{pal_id}", "include_settings"),
        "tavus_pal_create": _create,
        "tavus_pal_delete": send("DELETE", "/pals/{pal_id}"),
        "tavus_patch_pal": _patch,
        "tavus_pal_from_template": _from_template,
        "tavus_quickstart": _quickstart,
        "tavus_pal_preview": _preview,
    }
)
