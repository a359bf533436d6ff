"""Tools for the sessions in which a PAL is built, and what was said in them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen, filled, get, send
from pytest_tavus.simulator.mcp.client import ApiClient


async def _create(client: ApiClient, arguments: Arguments) -> Any:
    body = {**chosen(arguments, "name", "greeting"), **filled(arguments, "persona_id")}
    return await client.post("/builder", body)


async def _messages(client: ApiClient, arguments: Arguments) -> Any:
    """Return the last messages of a session, out of the session itself [client]."""
    answer = await client.get(f"/builder/{arguments['builder_id']}")
    session = json_object((json_object(answer) or {}).get("session")) or {}
    said = list(json_list(session.get("chat_history")) or ())
    return {"messages": said[-max(1, arguments["limit"]) :]}


async def _history(client: ApiClient, arguments: Arguments) -> Any:
    query = {"persona_id": arguments["pal_id"], "limit": arguments["limit"]}
    return await client.get("/builder/history", **query)


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_builder_create": _create,
        "tavus_builder_list": get("/builder", "limit", "page", "persona_id", "name", "status"),
        "tavus_builder_get": get("/builder/{builder_id}"),
        "tavus_builder_delete": send("DELETE", "/builder/{builder_id}"),
        "tavus_builder_chat_history": _messages,
        "tavus_builder_append_messages": send(
            "POST", "/builder/{builder_id}/append-messages", "messages"
        ),
        "tavus_builder_publish": send("POST", "/builder/{builder_id}/publish"),
        "tavus_pal_builder_history": _history,
    }
)
