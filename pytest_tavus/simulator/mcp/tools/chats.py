"""Tools that hold a conversation in text with a PAL."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.account.resources.conversations import BRIDGE_MOST
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, filled, send
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.links import without_call_link

_END = "/conversations/{conversation_id}/end"


async def _start(client: ApiClient, arguments: Arguments) -> Any:
    # Conversations keep the former words [client].
    body = {"persona_id": arguments["pal_id"], "chat": True}
    more = filled(arguments, "custom_greeting", "conversation_name")
    return without_call_link(await client.post("/conversations", {**body, **more}))


async def _turn(client: ApiClient, arguments: Arguments) -> Any:
    """Say a line over the HTTP bridge, as the hosted server does, and return the reply [client].

    The local server joins the room for each turn instead, and answers the same. It waits as long
    as it is told to; the bridge has a longest time.
    """
    path = f"/conversations/{arguments['conversation_id']}"
    seconds = min(arguments["timeout_s"], BRIDGE_MOST)
    await client.get(path)
    line = {"text": arguments["text"], "timeout_s": seconds}
    reply = json_object(await client.post(f"{path}/respond", line)) or {}
    warning = reply.get("warning")
    if reply.get("status") != "ready":
        refuse(str(warning or f"the PAL did not reply within {seconds:g} s"))
    told = {} if warning is None else {"warning": str(warning)}
    return {"text": str(reply.get("text") or ""), **told}


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {
        "tavus_conversation_end": send("POST", _END),
        "tavus_chat_start": _start,
        "tavus_chat_turn": _turn,
        "tavus_chat_end": send("POST", _END),
    }
)
