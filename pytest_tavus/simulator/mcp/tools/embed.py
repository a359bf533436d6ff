"""The tool that writes the page around a conversation: markup, a component, or a plain page."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction
from pytest_tavus.simulator.mcp.client import ApiClient

_MAY = "camera; microphone; autoplay; fullscreen; display-capture"


def _iframe(url: str, _name: str) -> dict[str, Any]:
    content = (
        f'<iframe src="{html.escape(url)}" allow="{_MAY}" width="100%" height="720"></iframe>\n'
    )
    note = "`allow` names what the conversation needs: camera, microphone and a shared screen."
    return _manifest("tavus-embed.html", "The conversation in a frame.", content, (note,))


def _component(url: str, name: str) -> dict[str, Any]:
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
    told = "A React component that opens the conversation."
    return _manifest(f"src/components/{name}.tsx", told, content, notes)


def _page(url: str, _name: str) -> dict[str, Any]:
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
    """Write a text for a script that may stand in a page."""
    return json.dumps(text).replace("<", "\\u003c")


def _manifest(path: str, description: str, content: str, notes: tuple[str, ...]) -> dict[str, Any]:
    """Return files and notes in the shape of the official server's answer [client]."""
    file = {"path": path, "content": content, "mode": "create", "description": description}
    return {"files": [file], "notes": list(notes)}


_TARGETS: Mapping[str, Callable[[str, str], dict[str, Any]]] = MappingProxyType(
    {"iframe": _iframe, "cvi-ui": _component, "vanilla": _page}
)


async def _scaffold(_client: ApiClient, arguments: Arguments) -> Any:
    write = _TARGETS[arguments["target"]]
    return write(arguments["conversation_url"], arguments["component_name"])


TOOLS: Mapping[str, ToolFunction] = MappingProxyType({"tavus_scaffold_embed": _scaffold})
