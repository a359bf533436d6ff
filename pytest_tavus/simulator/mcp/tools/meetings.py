"""Tools that prepare a PAL for a meeting and send it there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.mcp.arguments import Arguments, ToolFunction, chosen
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.links import without_call_link
from pytest_tavus.simulator.mcp.tools.pals import layer_of, patch_pal

_PHRASES = ("wake_phrase", "sleep_phrase")


async def _configure(client: ApiClient, arguments: Arguments) -> Any:
    _check_blank(arguments)
    return await _prepared(client, arguments, await _read(client, arguments["pal_id"]))


async def _prepared(
    client: ApiClient, arguments: Arguments, pal: Mapping[str, Any]
) -> dict[str, Any]:
    """Save the phrases, make an identity where there is none, and read both back [client]."""
    pal_id = arguments["pal_id"]
    phrases = chosen(arguments, *_PHRASES)
    _check_sleep({**layer_of(pal, "conversational_flow"), **phrases})
    username = layer_of(pal, "conferencing").get("username") or f"pal-{pal_id}"
    # Conferencing takes effect at once, so it must not share a patch with what is drafted.
    await _set(client, pal, "conversational_flow", phrases)
    await _set(client, pal, "conferencing", {"username": username})
    saved = await _read(client, pal_id)
    flow, conferencing = layer_of(saved, "conversational_flow"), layer_of(saved, "conferencing")
    if conferencing.get("username") != username or not phrases.items() <= flow.items():
        refuse("the PAL did not keep what was written to it: no meeting was joined")
    return {
        "pal_id": pal_id,
        "conferencing": conferencing,
        "wake_phrase": flow.get("wake_phrase"),
        "sleep_phrase": flow.get("sleep_phrase"),
        "default_face_id": saved.get("default_face_id"),
        "settings_verified": True,
        "audio_behavior_verified": False,
        "meeting_joined": False,
    }


def _check_blank(arguments: Arguments) -> None:
    for name, phrase in chosen(arguments, *_PHRASES).items():
        if not phrase.strip():
            refuse(f"{name}: it must not be blank")


def _check_sleep(flow: Mapping[str, Any]) -> None:
    if flow.get("sleep_phrase") and not flow.get("wake_phrase"):
        refuse("wake_phrase: a PAL that can be put to sleep needs one to wake up")


async def _set(
    client: ApiClient, pal: Mapping[str, Any], layer: str, values: Mapping[str, Any]
) -> None:
    """Write what differs into one layer of a PAL, or the layer where there is none."""
    current = layer_of(pal, layer)
    changed = {key: value for key, value in values.items() if current.get(key) != value}
    if not changed:
        return
    path = f"/layers/{layer}"
    operations = [{"op": "add", "path": f"{path}/{k}", "value": v} for k, v in changed.items()]
    if (json_object(pal.get("layers")) or {}).get(layer) is None:
        operations = [{"op": "add", "path": path, "value": changed}]
    await patch_pal(client, pal["pal_id"], operations)


async def _read(client: ApiClient, pal_id: str) -> dict[str, Any]:
    return {**(json_object(await client.get(f"/pals/{pal_id}")) or {}), "pal_id": pal_id}


async def _join(client: ApiClient, arguments: Arguments) -> Any:
    _check_blank(arguments)
    face_id = arguments["face_id"]
    pal = await _read(client, arguments["pal_id"])
    if not face_id and not pal.get("default_face_id"):
        refuse("face_id: the PAL has no face of its own, so it needs one")
    await _prepared(client, arguments, pal)
    body = {
        "persona_id": arguments["pal_id"],
        "replica_id": face_id,
        "conversation_name": arguments["conversation_name"],
        "meeting_url": arguments["meeting_url"],
    }
    sent = {key: value for key, value in body.items() if value}
    return without_call_link(await client.post("/conversations", sent))


TOOLS: Mapping[str, ToolFunction] = MappingProxyType(
    {"tavus_meeting_configure": _configure, "tavus_conversation_create": _join}
)
