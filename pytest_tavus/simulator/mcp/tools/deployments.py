"""Tools that deploy a PAL: on a page of Tavus, or inside the user's own site."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from itertools import count
from types import MappingProxyType

from pytest_tavus.contract.body import json_list
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import first_of, object_at, rows_in
from pytest_tavus.simulator.mcp.arguments import pick_non_empty, pick_non_null, split_names
from pytest_tavus.simulator.mcp.client import ApiClient, refuse

_DOCS = "https://docs.tavus.io/sections/deployments"
_PROMPTS = "https://raw.githubusercontent.com/Tavus-Engineering/tavus-examples/main/examples"


def page_tools(attached: Json) -> list[JsonObject]:
    """Return the tools whose calls the page must answer.

    The embed itself answers Tavus's own tools [client].
    """
    return [
        {
            "name": tool["name"],
            "parameters": list(object_at(tool, "parameters", "properties")),
            "description": str(tool.get("description") or ""),
        }
        for tool in rows_in(attached)
        if object_at(tool, "delivery").get("app_message") is True
        and tool.get("is_system_tool") is not True
        and tool.get("name")
    ]


def integration_of(
    deployment: JsonMapping, tools: list[JsonObject], *, maker_url: str
) -> JsonObject:
    """Return the block `integration` of a deployment: keys, links and snippets are [client]."""
    if deployment.get("channel") == "landing-page":
        block = _page_integration(deployment, tools, maker_url)
    else:
        block = _site_integration(deployment, tools)
    status = deployment.get("status")
    if status != "active":
        block["note"] = f"The deployment is {status}: people reach it once it is active."
    return block


def _page_integration(
    deployment: JsonMapping, tools: list[JsonObject], maker_url: str
) -> JsonObject:
    block: JsonObject = {
        "landing_page_url": f"{maker_url.rstrip('/')}/deployments/{deployment['deployment_id']}",
        "next_step": "Pass landing_page_url on: whoever has it can start a conversation.",
        "docs": [f"{_DOCS}/landing-page.md"],
    }
    if tools:
        names = ", ".join(str(tool["name"]) for tool in tools)
        block["warning"] = f"Nothing on this page answers the PAL's app-message tools: {names}."
    return block


def _site_integration(deployment: JsonMapping, tools: list[JsonObject]) -> JsonObject:
    channel, deployment_id = deployment["channel"], deployment["deployment_id"]
    package, element = f"@tavus/{channel}", f"tavus-{channel}"
    tag = f'<{element} deployment-id="{deployment_id}"></{element}>'
    header = f"The deployment is {deployment_id}; depend on the latest version of {package}."
    if tools:
        calls = ", ".join(
            f"{tool['name']}({', '.join(json_list(tool['parameters']) or ())})" for tool in tools
        )
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
"""The word after the PAL's name in the default name of a deployment [client]."""

LIMITS = split_names(
    "daily_call_limit daily_call_limit_per_user concurrent_call_limit max_call_duration"
)
_OF_A_PAGE = ("page_title", "page_description", "page_cta", "page_logo")
_LISTED = ("deployment_id", "pal_id", "channel", "status", "name", "allowed_origins", "updated_at")


def list_row(deployment: JsonMapping) -> JsonObject:
    return {key: deployment.get(key) for key in _LISTED}


async def read_deployment(client: ApiClient, *, deployment_id: str) -> Json:
    return await _add_integration(client, await client.get(f"/deployments/{deployment_id}"))


async def create_deployment(
    client: ApiClient, *, pal_id: str, channel: str, unique_memory_per_visitor: bool, **fields: Json
) -> Json:
    _check(pal_id, channel, fields)
    name = fields["name"] or await _default_name(client, pal_id, channel)
    body: JsonObject = {"pal_id": pal_id, "channel": channel, "name": name, "status": "active"}
    memory = {"unique_memory_tag": unique_memory_per_visitor}
    customization: JsonObject = {"conversation": {**memory, **pick_non_empty(fields, "context")}}
    if channel == "landing-page":
        page = pick_non_empty(fields, *_OF_A_PAGE)
        customization["landing_page"] = {k.removeprefix("page_"): v for k, v in page.items()}
    else:
        body["allowed_origins"] = fields["allowed_origins"]
    if limits := pick_non_null(fields, *LIMITS):
        body["limits"] = limits
    created = await client.post("/deployments", {**body, "customization": customization})
    return await _add_integration(client, created)


def _check(pal_id: str, channel: str, fields: JsonMapping) -> None:
    """Refuse arguments that the official client refuses without a request [client]."""
    required: tuple[str, ...] = ("page_title", "page_description")
    forbidden: tuple[str, ...] = ("allowed_origins",)
    if channel != "landing-page":
        required, forbidden = ("allowed_origins",), _OF_A_PAGE
    for name in required:
        if fields[name] is None or fields[name] == "":
            refuse(f"{name}: the channel {channel!r} needs it")
    for name in forbidden:
        if fields[name] is not None:
            refuse(f"{name}: the channel {channel!r} has no room for it")
    if not pal_id:
        refuse("pal_id: it must not be empty")
    for name, limit in pick_non_null(fields, *LIMITS).items():
        if isinstance(limit, int) and limit < 1:
            refuse(f"{name}: expected at least 1, found {limit}")


async def _default_name(client: ApiClient, pal_id: str, channel: str) -> str:
    """Return the PAL's name and the channel's word, with a number if the name is taken [client]."""
    pal = object_at(await client.get(f"/pals/{pal_id}"))
    listed = await client.get("/deployments", pal_id=pal_id, limit=200)
    taken = [row.get("name") for row in rows_in(listed, "data", "deployments")]
    own = str(first_of(pal, "pal_name", "persona_name", "name") or "").strip() or "Untitled"
    base = f"{own} {LABELS[channel]}"
    if base not in taken:
        return base
    return next(name for number in count(2) if (name := f"{base} {number}") not in taken)


async def _add_integration(client: ApiClient, answer: Json) -> JsonObject:
    deployment = object_at(answer)
    tools = page_tools(await client.get(f"/pals/{deployment.get('pal_id', '')}/tools/"))
    integration = integration_of(deployment, tools, maker_url=client.address.maker_url)
    return {**deployment, "integration": integration}


_MAY = "camera; microphone; autoplay; fullscreen; display-capture"


def _iframe(url: str, _name: str) -> JsonObject:
    content = (
        f'<iframe src="{html.escape(url)}" allow="{_MAY}" width="100%" height="720"></iframe>\n'
    )
    note = "`allow` names what the conversation needs: camera, microphone and a shared screen."
    return _manifest("tavus-embed.html", "The conversation in a frame.", content, (note,))


def _component(url: str, name: str) -> JsonObject:
    content = (
        f"const url = {script_text(url)};\n\n"
        f"export const {name} = () => (\n"
        '  <a href={url} target="_blank" rel="noopener noreferrer">\n'
        "    Talk to us\n"
        "  </a>\n"
        ");\n"
    )
    notes = (
        "The conversation opens on a click, which browsers ask for.",
        "`npx @tavus/cvi-ui@latest init` adds components for a conversation inside the page.",
    )
    description = "A React component that opens the conversation."
    return _manifest(f"src/components/{name}.tsx", description, content, notes)


def _page(url: str, _name: str) -> JsonObject:
    content = (
        "<!doctype html>\n"
        '<meta charset="utf-8">\n'
        "<title>Conversation</title>\n"
        '<button id="talk">Talk</button>\n'
        '<main id="room" style="height: 720px"></main>\n'
        '<script src="https://unpkg.com/@daily-co/daily-js"></script>\n'
        "<script>\n"
        "  const room = DailyIframe.createFrame(document.querySelector('#room'));\n"
        "  document.querySelector('#talk').onclick = () =>\n"
        f"    room.join({{ url: {script_text(url)} }});\n"
        "</script>\n"
    )
    note = "The room is joined on a click, so that the browser asks for camera and microphone."
    return _manifest("tavus-vanilla.html", "A page that joins the room.", content, (note,))


def script_text(text: str) -> str:
    """Quote a text for a script inside a page, which a ``</script>`` in the text must not end."""
    return json.dumps(text).replace("<", "\\u003c")


def _manifest(path: str, description: str, content: str, notes: tuple[str, ...]) -> JsonObject:
    """Return files and notes in the shape of the official server's answer [client]."""
    file = {"path": path, "content": content, "mode": "create", "description": description}
    return {"files": [file], "notes": list(notes)}


_TARGETS: Mapping[str, Callable[[str, str], JsonObject]] = MappingProxyType(
    {"iframe": _iframe, "cvi-ui": _component, "vanilla": _page}
)


async def scaffold_embed(
    _client: ApiClient, *, conversation_url: str, target: str, component_name: str
) -> Json:
    return _TARGETS[target](conversation_url, component_name)
