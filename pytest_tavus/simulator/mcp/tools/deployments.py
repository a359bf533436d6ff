"""Tools that put a PAL in front of people: a page of Tavus's, or a part of a site of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, filled
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.rows import compact, first_of, rows_in

_DOCS = "https://docs.tavus.io/sections/deployments"
_PROMPTS = "https://raw.githubusercontent.com/Tavus-Engineering/tavus-examples/main/examples"


def page_tools(attached: Any) -> list[dict[str, Any]]:
    """Return the tools whose calls reach the page.

    Those of Tavus's own that do are answered by the embed itself [client].
    """
    return [_page_tool(tool) for tool in rows_in(attached) if _reaches_the_page(tool)]


def _reaches_the_page(tool: Mapping[str, Any]) -> bool:
    delivery = json_object(tool.get("delivery")) or {}
    own = tool.get("is_system_tool") is not True
    return delivery.get("app_message") is True and own and bool(tool.get("name"))


def _page_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    parameters = json_object(tool.get("parameters")) or {}
    return {
        "name": tool["name"],
        "parameters": list(json_object(parameters.get("properties")) or {}),
        "description": str(tool.get("description") or ""),
    }


def integration_of(
    deployment: Mapping[str, Any], tools: Sequence[Mapping[str, Any]], *, maker_url: str
) -> dict[str, Any]:
    """Return the block `integration` of a deployment: keys, links and snippets are [client]."""
    if deployment.get("channel") == "landing-page":
        told = _of_page(deployment, tools, maker_url)
    else:
        told = _of_site(deployment, tools)
    status = deployment.get("status")
    if status != "active":
        told["note"] = f"The deployment is {status}: people reach it once it is active."
    return told


def _of_page(
    deployment: Mapping[str, Any], tools: Sequence[Mapping[str, Any]], maker_url: str
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "landing_page_url": f"{maker_url.rstrip('/')}/deployments/{deployment['deployment_id']}",
        "next_step": "Pass landing_page_url on: whoever has it can start a conversation.",
        "docs": [f"{_DOCS}/landing-page.md"],
    }
    if tools:
        names = ", ".join(tool["name"] for tool in tools)
        told["warning"] = f"Nothing on this page answers the PAL's app-message tools: {names}."
    return told


def _of_site(deployment: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    channel, deployment_id = deployment["channel"], deployment["deployment_id"]
    package, element = f"@tavus/{channel}", f"tavus-{channel}"
    tag = f'<{element} deployment-id="{deployment_id}"></{element}>'
    header = f"The deployment is {deployment_id}; depend on the latest version of {package}."
    if tools:
        calls = ", ".join(f"{tool['name']}({', '.join(tool['parameters'])})" for tool in tools)
        header += f"\nThe PAL calls on the page: {calls}"
    return {
        "package": package,
        "snippet": {
            "script_tag": f'<script src="https://unpkg.com/{package}@latest"></script>\n{tag}',
            "npm": f'npm install {package}@latest\n\nimport "{package}";\n\n{tag}',
        },
        "page_tools": [dict(tool) for tool in tools],
        "prompt_url": f"{_PROMPTS}/{channel}-prompt.md",
        "prompt_header": header,
        "next_step": "Put the snippet into the site, and write a handler for each of page_tools.",
        "docs": [f"{_DOCS}/{channel}.md", f"{_DOCS}/host-communication.md"],
    }


LABELS: Mapping[str, str] = MappingProxyType(
    {"landing-page": "Link", "embed": "Embed", "widget": "Widget"}
)
"""What a deployment without a name is called after its PAL's name [client]."""

LIMITS = (
    "daily_call_limit",
    "daily_call_limit_per_user",
    "concurrent_call_limit",
    "max_call_duration",
)
_OF_A_PAGE = ("page_title", "page_description", "page_cta", "page_logo")
_LISTED = ("deployment_id", "pal_id", "channel", "status", "name", "allowed_origins", "updated_at")


async def _list(client: ApiClient, arguments: Arguments) -> Any:
    query = chosen(arguments, "pal_id", "channel", "status", "limit", "page")
    answer = await client.get("/deployments", **query, include_thumbnails="false")
    return compact(answer, lambda row: {key: row.get(key) for key in _LISTED}, total="total")


async def _get(client: ApiClient, arguments: Arguments) -> Any:
    return await _with_integration(
        client, await client.get(f"/deployments/{arguments['deployment_id']}")
    )


async def _create(client: ApiClient, arguments: Arguments) -> Any:
    _check(arguments)
    name = arguments["name"] or await _default_name(client, arguments)
    body = {**chosen(arguments, "pal_id", "channel"), "name": name, "status": "active"}
    conversation = {
        "unique_memory_tag": arguments["unique_memory_per_visitor"],
        **filled(arguments, "context"),
    }
    customization: dict[str, Any] = {"conversation": conversation}
    if arguments["channel"] == "landing-page":
        page = {**filled(arguments, *_OF_A_PAGE)}
        customization["landing_page"] = {k.removeprefix("page_"): v for k, v in page.items()}
    else:
        body["allowed_origins"] = arguments["allowed_origins"]
    limits = chosen(arguments, *LIMITS)
    body |= {"limits": limits} if limits else {}
    created = await client.post("/deployments", {**body, "customization": customization})
    return await _with_integration(client, created)


def _check(arguments: Arguments) -> None:
    """Refuse what the official client refuses before it sends [client]."""
    channel = arguments["channel"]
    needed: tuple[str, ...] = ("page_title", "page_description")
    foreign: tuple[str, ...] = ("allowed_origins",)
    if channel != "landing-page":
        needed, foreign = ("allowed_origins",), _OF_A_PAGE
    for name in needed:
        if arguments[name] is None or arguments[name] == "":
            refuse(f"{name}: the channel {channel!r} needs it")
    for name in foreign:
        if arguments[name] is not None:
            refuse(f"{name}: the channel {channel!r} has no room for it")
    if not arguments["pal_id"]:
        refuse("pal_id: it must not be empty")
    for name, limit in chosen(arguments, *LIMITS).items():
        if limit < 1:
            refuse(f"{name}: expected at least 1, found {limit}")


async def _default_name(client: ApiClient, arguments: Arguments) -> str:
    """Return the PAL's name and the channel's word, numbered where that is taken [client]."""
    pal_id = arguments["pal_id"]
    pal = json_object(await client.get(f"/pals/{pal_id}")) or {}
    listed = await client.get("/deployments", pal_id=pal_id, limit=200)
    taken = {row.get("name") for row in rows_in(listed, "data", "deployments")}
    own = str(first_of(pal, "pal_name", "persona_name", "name") or "").strip() or "Untitled"
    base = f"{own} {LABELS[arguments['channel']]}"
    if base not in taken:
        return base
    return next(name for number in count(2) if (name := f"{base} {number}") not in taken)


async def _with_integration(client: ApiClient, answer: Any) -> dict[str, Any]:
    deployment = json_object(answer) or {}
    tools = page_tools(await client.get(f"/pals/{deployment.get('pal_id', '')}/tools/"))
    integration = integration_of(deployment, tools, maker_url=client.place.maker_url)
    return {**deployment, "integration": integration}


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_deployment_list": _list,
        "tavus_deployment_get": _get,
        "tavus_deployment_create": _create,
    }
)
