"""Tools for conversations with a PAL: chats, meetings, and the chat of a builder session."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.contract.body import json_list
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.account.resources.conversations import BRIDGE_MOST
from pytest_tavus.simulator.mcp.answers import object_at, without_call_link
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.tools.pals import layer_of, patch_pal


async def chat(client: ApiClient, *, conversation_id: str, text: str, timeout_s: float) -> Json:
    """Say a line over the HTTP bridge, as the hosted server does, and return the reply [client].

    The local server joins the room for each turn instead, and answers the same. The bridge has a
    maximum timeout; the local server has none.
    """
    path = f"/conversations/{conversation_id}"
    seconds = min(timeout_s, BRIDGE_MOST)
    await client.get(path)
    line: JsonObject = {"text": text, "timeout_s": seconds}
    reply = object_at(await client.post(f"{path}/respond", line))
    warning = reply.get("warning")
    if reply.get("status") != "ready":
        refuse(str(warning or f"the PAL did not reply within {seconds:g} s"))
    extra = {} if warning is None else {"warning": str(warning)}
    return {"text": str(reply.get("text") or ""), **extra}


async def read_builder_chat(client: ApiClient, *, builder_id: str, limit: int) -> Json:
    """Return the last messages of a session [client]."""
    session = object_at(await client.get(f"/builder/{builder_id}"), "session")
    return {"messages": list(json_list(session.get("chat_history")) or ())[-max(1, limit) :]}


async def configure_meeting(
    client: ApiClient, *, pal_id: str, wake_phrase: str | None, sleep_phrase: str | None
) -> Json:
    phrases = _phrases(wake_phrase, sleep_phrase)
    return await _prepare(client, await _read(client, pal_id), phrases)


async def join_meeting(
    client: ApiClient,
    *,
    pal_id: str,
    face_id: str | None,
    wake_phrase: str | None,
    sleep_phrase: str | None,
    **meeting: Json,
) -> Json:
    phrases = _phrases(wake_phrase, sleep_phrase)
    pal = await _read(client, pal_id)
    if not face_id and not pal.get("default_face_id"):
        refuse("face_id: the PAL has no face of its own, so it needs one")
    await _prepare(client, pal, phrases)
    # Conversations keep the old field names [client].
    body = {"persona_id": pal_id, "replica_id": face_id, **meeting}
    sent = {key: value for key, value in body.items() if value}
    return without_call_link(await client.post("/conversations", sent))


def _phrases(wake: str | None, sleep: str | None) -> dict[str, str]:
    phrases = {"wake_phrase": wake, "sleep_phrase": sleep}
    present = {name: phrase for name, phrase in phrases.items() if phrase is not None}
    for name, phrase in present.items():
        if not phrase.strip():
            refuse(f"{name}: it must not be blank")
    return present


async def _prepare(client: ApiClient, pal: JsonMapping, phrases: Mapping[str, str]) -> JsonObject:
    """Save the phrases, create a missing identity, and read both back [client]."""
    pal_id = str(pal["pal_id"])
    flow = {**layer_of(pal, "conversational_flow"), **phrases}
    if flow.get("sleep_phrase") and not flow.get("wake_phrase"):
        refuse("wake_phrase: a PAL that can be put to sleep needs one to wake up")
    username = layer_of(pal, "conferencing").get("username") or f"pal-{pal_id}"
    # Conferencing takes effect at once, so it must not share a patch with drafted layers.
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


async def _set(client: ApiClient, pal: JsonMapping, layer: str, values: JsonMapping) -> None:
    """Write the changed values into a layer of a PAL; create a missing layer."""
    current = layer_of(pal, layer)
    changed = {key: value for key, value in values.items() if current.get(key) != value}
    if not changed:
        return
    path = f"/layers/{layer}"
    operations = [{"op": "add", "path": f"{path}/{k}", "value": v} for k, v in changed.items()]
    if object_at(pal, "layers").get(layer) is None:
        operations = [{"op": "add", "path": path, "value": changed}]
    await patch_pal(client, str(pal["pal_id"]), operations)


async def _read(client: ApiClient, pal_id: str) -> JsonObject:
    return {**object_at(await client.get(f"/pals/{pal_id}")), "pal_id": pal_id}
