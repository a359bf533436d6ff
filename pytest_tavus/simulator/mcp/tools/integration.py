"""What whoever builds the page around a deployment is told: its link, or its code and its tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.rows import rows_in

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
