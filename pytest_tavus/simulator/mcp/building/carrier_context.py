"""What the carrier knows besides its prompt: the account's resources and how far the PAL is.

Which parts there are and what their tags are called is [client]; the wording is ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.json_data import Json, JsonObject
from pytest_tavus.simulator.mcp.answers import first_of, rows_in, skills_in
from pytest_tavus.simulator.mcp.building.drafts import Build, or_nothing
from pytest_tavus.simulator.mcp.client import ApiClient
from pytest_tavus.simulator.mcp.tools.capabilities import SKILL_OF_PORTAL_ID
from pytest_tavus.simulator.mcp.tools.pals import layer_of, read_pal

FACE_MODEL = "phoenix-4"
"""The model of the faces that the builder chooses from [client]."""

_FACE = ("face_id", "face_name", "face_type", "model_name", "is_recommended", "tags")
_TOOL = ("tool_id", "name", "description", "origin", "parameters", "delivery")
_DOCUMENT = ("document_id", "document_name", "tags", "status")
_ATTACHED = ("document_ids", "document_tags", "guardrail_ids", "guardrail_tags")
_DISCLOSURE = ("disclosure_type", "verbal_disclosure", "visual_disclosure")


async def carrier_context(client: ApiClient, build: Build, *, history: str = "") -> str:
    """Read everything the carrier is told, and return it as one text."""
    pal = await read_pal(client, build.pal_id)
    faces = await _faces(client, pal)
    build.faces = [str(first_of(face, "face_id", "replica_id")) for face in faces]
    tools = rows_in(await client.get("/tools", limit=60))
    listed = await client.get("/documents", limit=60, page=0, sort="desc", verbose=True)
    skills = skills_in(await client.get(f"/pals/{build.pal_id}/skills/"))
    objectives = await _objectives(client, pal)
    guardrails = await read_each(client, "/guardrails", pal.get("guardrail_ids"))
    parts: JsonObject = {
        "available_replicas": _slim(faces, _FACE),
        "available_tools": _slim(tools, _TOOL),
        "available_documents": _slim(rows_in(listed), _DOCUMENT),
        "creator_initial_request": f"What the creator opened with:\n{build.brief}",
        "current_persona_attachments": _attachments(pal, skills),
        "current_persona_state": _state(pal),
        "current_persona_objectives": _slim(objectives, ("objective_name", "objective_prompt")),
        "current_persona_guardrails": _slim(guardrails, ("guardrail_name", "guardrail_prompt")),
        "knowledge_document_content": {k: v.text for k, v in build.documents.items()},
    }
    tagged = (_tagged(name, part) for name, part in parts.items() if part)
    return "\n\n".join(filter(None, (history, *tagged)))


async def read_each(client: ApiClient, path: str, ids: Json) -> list[JsonObject]:
    """Return those objects that can be read."""
    answers = [await or_nothing(client, f"{path}/{each}") for each in json_list(ids) or ()]
    return [found for answer in answers if (found := json_object(answer)) is not None]


async def _faces(client: ApiClient, pal: Mapping[str, Json]) -> list[JsonObject]:
    listed = await client.get("/faces", limit=50, sort="recommended", model_name=FACE_MODEL)
    faces = rows_in(listed, "faces", "replicas")
    current = pal.get("default_face_id")
    known = {first_of(face, "face_id", "replica_id") for face in faces}
    if current and current not in known:
        own = json_object(await or_nothing(client, f"/faces/{current}"))
        faces = [own, *faces] if own is not None else faces
    return [face for face in faces if face.get("model_name") == FACE_MODEL]


async def _objectives(client: ApiClient, pal: Mapping[str, Json]) -> list[JsonObject]:
    objectives_id = pal.get("objectives_id")
    return (
        rows_in(await or_nothing(client, f"/objectives/{objectives_id}")) if objectives_id else []
    )


def _attachments(pal: Mapping[str, Json], skills: Mapping[str, Json]) -> JsonObject:
    capabilities = [name for name, skill in SKILL_OF_PORTAL_ID.items() if skill in skills]
    return {
        **{key: list(json_list(pal.get(key)) or ()) for key in _ATTACHED},
        "tool_ids": [*(json_list(pal.get("tool_ids")) or ()), *capabilities],
        **{key: pal.get(key) for key in _DISCLOSURE},
    }


def _state(pal: Mapping[str, Json]) -> JsonObject:
    flow = layer_of(pal, "conversational_flow")
    return {
        "name": pal.get("pal_name"),
        "description": first_of(pal, "persona_description", "pal_description"),
        "face": pal.get("default_face_id"),
        "greeting": pal.get("greeting"),
        "system_prompt": pal.get("system_prompt"),
        "model": layer_of(pal, "llm").get("model"),
        "wake_phrase": flow.get("wake_phrase"),
        "sleep_phrase": flow.get("sleep_phrase"),
    }


def _slim(rows: Sequence[Mapping[str, Json]], keys: Sequence[str]) -> list[JsonObject]:
    return [{key: row[key] for key in keys if key in row} for row in rows]


def _tagged(name: str, part: Json) -> str:
    text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
    return f"<{name}>\n{text}\n</{name}>"
