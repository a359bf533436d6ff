"""The state of one build, and the way from briefs to the parts of the PAL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct, field

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import first_of, object_at
from pytest_tavus.simulator.mcp.arguments import split_names
from pytest_tavus.simulator.mcp.client import ApiClient, ToolRefusal, refuse
from pytest_tavus.simulator.mcp.tools.pals import read_pal

_PARTS: Mapping[str, str] = MappingProxyType(
    {
        f"{part}_brief": part
        for part in split_names(
            "objectives guardrails greeting tools skills perception documents face"
        )
    }
)
_OF_PERSONALITY = ("sections_brief", "facts_brief")

_WHEN_UNREADABLE = ("personality", "objectives", "guardrails", "greeting")
_FROM_THE_TALK = "Draft this part anew from everything the creator has said so far."

_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")

_PERSONALITY = (
    ("system_prompt", "/system_prompt"),
    ("persona_name", "/pal_name"),
    ("persona_description", "/persona_description"),
)


class DocumentText(Struct, kw_only=True):
    """A document that the carrier has read."""

    name: str
    text: str


class Build(Struct, kw_only=True):
    """The state of one build."""

    builder_id: str
    pal_id: str
    "The PAL of the draft; a fan-out may answer with another id [client]."

    brief: str
    "The creator's first line."

    request: str
    "The creator's latest line."

    drafted: bool = False
    transcript: list[JsonObject] = field(default_factory=list[JsonObject])
    "The lines of the interview: roles and texts."

    documents: dict[str, DocumentText] = field(default_factory=dict[str, DocumentText])
    faces: Sequence[str] = ()
    "The ids of the faces on offer, the most recommended first."


async def record_line(client: ApiClient, build: Build, *, role: str, text: str) -> None:
    """Append a line to the transcript, and to the session of the builder."""
    said = {"messages": [{"role": role, "content": text}]}
    await client.post(f"/builder/{build.builder_id}/append-messages", said)
    build.transcript.append({"role": role, "text": text})


async def get_or_none(client: ApiClient, path: str, **query: Json) -> Json:
    """Read a part that a build can miss; return `None` if the API refuses."""
    try:
        return await client.get(path, **query)
    except ToolRefusal:
        return None


def read_briefs(arguments: JsonMapping) -> dict[str, str]:
    """Return the brief of each part, from the arguments of ``draft_pal`` [client].

    If the model garbled the arguments, the four main parts are drafted from the whole talk.
    """
    fallback: dict[str, str] = dict.fromkeys(_WHEN_UNREADABLE, _FROM_THE_TALK)
    if any(_is_garbled(key, value) for key, value in arguments.items()):
        return fallback
    briefs = {part: _text(arguments, key) for key, part in _PARTS.items()}
    sections, facts = (_text(arguments, key) for key in _OF_PERSONALITY)
    personality = " ".join(filter(None, (sections, facts and f"Facts: {facts}")))
    return {
        key: text for key, text in {"personality": personality, **briefs}.items() if text
    } or fallback


def _is_garbled(key: str, value: Json) -> bool:
    known = key in _PARTS or key in _OF_PERSONALITY
    # A model may put invisible characters into a key.
    looks_known = "_brief" in _INVISIBLE.sub("", key)
    return (looks_known and not known) or (known and not isinstance(value, str | None))


def _text(arguments: JsonMapping, key: str) -> str:
    return str(arguments.get(key) or "").strip()


async def draft(client: ApiClient, build: Build, briefs: Mapping[str, str]) -> str:
    """Draft the parts, write them to the PAL, and return a sentence on the outcome.

    Raises `ToolRefusal` if the API refuses, or the fan-out sends no last frame [client].
    """
    pal = await read_pal(client, build.pal_id)
    current = {
        "system_prompt": pal.get("system_prompt") or "",
        "greeting": pal.get("greeting") or "",
        "name": first_of(pal, "pal_name", "persona_name") or "",
        "description": first_of(pal, "persona_description", "pal_description") or "",
        "tool_ids": list(json_list(pal.get("tool_ids")) or ()),
    }
    body: JsonObject = {"message": build.request, "briefs": dict(briefs), "current": current}
    frames = await client.post_for_lines(f"/builder/{build.builder_id}/draft-fanout", body)
    ends = [
        frame for each in frames if (frame := json_object(each)) and frame.get("type") == "done"
    ]
    if not ends:
        refuse("the fan-out of the draft ended without a frame of the type 'done'")
    build.pal_id = str(ends[-1].get("persona_id") or build.pal_id)
    content = object_at(ends[-1], "content")
    if operations := list(_operations(content)):
        await client.patch(f"/pals/{build.pal_id}", operations)
    build.drafted = True
    parts = [name for name, part in content.items() if part is not None and not _has_error(part)]
    return f"Drafted: {', '.join(parts) or 'what was asked for'}."


def _operations(content: JsonMapping) -> Iterator[JsonObject]:
    personality = object_at(content, "personality")
    for key, path in _PERSONALITY:
        value = personality.get(key)
        if isinstance(value, str) and value.strip() and not _has_error(personality):
            yield {"op": "replace", "path": path, "value": value}
    greeting = content.get("greeting")
    if isinstance(greeting, str):
        yield {"op": "replace", "path": "/greeting", "value": greeting}


def _has_error(part: Json) -> bool:
    return bool(object_at(part).get("error"))
