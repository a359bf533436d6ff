"""The conversation with the carrier: its context, the creator's lines, and the carrier's calls."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.mcp.answers import first_of, object_at, rows_in, skills_in
from pytest_tavus.simulator.mcp.building.carrier_tools import do_call
from pytest_tavus.simulator.mcp.building.drafts import Build, get_or_none, record_line
from pytest_tavus.simulator.mcp.building.participant import (
    PalReply,
    ToolParticipant,
    join_conversation,
)
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.tools.capabilities import SKILL_OF_PORTAL_ID
from pytest_tavus.simulator.mcp.tools.pals import layer_of, read_pal

FACE_MODEL = "phoenix-4"
"""The model of all faces that the builder offers [client]."""

_FACE = ("face_id", "face_name", "face_type", "model_name", "is_recommended", "tags")
_TOOL = ("tool_id", "name", "description", "origin", "parameters", "delivery")
_DOCUMENT = ("document_id", "document_name", "tags", "status")
_ATTACHED = ("document_ids", "document_tags", "guardrail_ids", "guardrail_tags")
_DISCLOSURE = ("disclosure_type", "verbal_disclosure", "visual_disclosure")


async def render_carrier_context(client: ApiClient, build: Build, *, history: str = "") -> str:
    """Read the parts of the carrier's context, and return them as one text.

    The parts and their tags are [client]; the wording is the project's own.
    """
    pal = await read_pal(client, build.pal_id)
    faces = await _list_faces(client, pal)
    build.faces = [str(first_of(face, "face_id", "replica_id")) for face in faces]
    tools = rows_in(await client.get("/tools", limit=60))
    listed = await client.get("/documents", limit=60, page=0, sort="desc", verbose=True)
    skills = skills_in(await client.get(f"/pals/{build.pal_id}/skills/"))
    objectives = rows_in(await read_objectives(client, pal))
    guardrails = await read_each(client, "/guardrails", pal.get("guardrail_ids"))
    parts: JsonObject = {
        "available_replicas": _pick_keys(faces, _FACE),
        "available_tools": _pick_keys(tools, _TOOL),
        "available_documents": _pick_keys(rows_in(listed), _DOCUMENT),
        "creator_initial_request": f"What the creator opened with:\n{build.brief}",
        "current_persona_attachments": _attachments(pal, skills),
        "current_persona_state": _state(pal),
        "current_persona_objectives": _pick_keys(
            objectives, ("objective_name", "objective_prompt")
        ),
        "current_persona_guardrails": _pick_keys(
            guardrails, ("guardrail_name", "guardrail_prompt")
        ),
        "knowledge_document_content": {k: v.text for k, v in build.documents.items()},
    }
    tagged = (_render_tag(name, part) for name, part in parts.items() if part)
    return "\n\n".join(filter(None, (history, *tagged)))


async def read_each(client: ApiClient, path: str, ids: Json) -> list[JsonObject]:
    answers = [await get_or_none(client, f"{path}/{each}") for each in json_list(ids) or ()]
    return [found for answer in answers if (found := json_object(answer)) is not None]


async def _list_faces(client: ApiClient, pal: JsonMapping) -> list[JsonObject]:
    listed = await client.get("/faces", limit=50, sort="recommended", model_name=FACE_MODEL)
    faces = rows_in(listed, "faces", "replicas")
    current = pal.get("default_face_id")
    known = [first_of(face, "face_id", "replica_id") for face in faces]
    if current and current not in known:
        own = json_object(await get_or_none(client, f"/faces/{current}"))
        faces = [own, *faces] if own is not None else faces
    return [face for face in faces if face.get("model_name") == FACE_MODEL]


async def read_objectives(client: ApiClient, pal: JsonMapping) -> Json:
    objectives_id = pal.get("objectives_id")
    return await get_or_none(client, f"/objectives/{objectives_id}") if objectives_id else None


def _attachments(pal: JsonMapping, skills: JsonMapping) -> JsonObject:
    capabilities = [name for name, skill in SKILL_OF_PORTAL_ID.items() if skill in skills]
    return {
        **{key: list(json_list(pal.get(key)) or ()) for key in _ATTACHED},
        "tool_ids": [*(json_list(pal.get("tool_ids")) or ()), *capabilities],
        **{key: pal.get(key) for key in _DISCLOSURE},
    }


def _state(pal: JsonMapping) -> JsonObject:
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


def _pick_keys(rows: Sequence[JsonMapping], keys: Sequence[str]) -> list[JsonObject]:
    return [{key: row[key] for key in keys if key in row} for row in rows]


def _render_tag(name: str, part: Json) -> str:
    text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
    return f"<{name}>\n{text}\n</{name}>"


MAX_HOPS = 4
"""Replies with calls that the carrier may send after one line of the creator [client]."""

MAX_ROUNDS = 50
"""Lines of the creator in one build, at most; the project's own limit, so that every build ends."""

MODEL = "tavus-pal-maker-gemma-4"
CARRIER = "p1abc173c043"
TEST_CARRIER = "p75e99695c86"
"""The carrier of the environment TEST."""

_NO_QUESTIONS = (
    "This is everything you will be told. Choose for yourself where it says nothing, ask nothing, "
    "and draft the whole PAL now.\n\n"
)
_DECIDE = "Choose for yourself what is still open, ask nothing more, and draft the whole PAL now."
_NOW = "This was the last line. Call draft_pal for the whole PAL now."


class Interview(Struct, frozen=True, kw_only=True):
    """The creator's side of the conversation with the carrier."""

    opening: str
    answers: Sequence[str] | None = None
    "The creator's next lines, in order; `None`: the creator answers no question."

    rounds: int = 4
    keeps_opening: bool = True
    "Whether the opening is the creator's own line and belongs into the transcript."

    def lines(self, build: Build) -> Iterator[tuple[str, str | None]]:
        """Yield each line with the creator's own part of it, until the PAL is drafted [client]."""
        own = self.opening if self.keeps_opening else None
        rounds = max(1, min(self.rounds, MAX_ROUNDS))
        if self.answers is not None:
            yield self.opening, own
            yield from ((line, line) for line in map(str.strip, self.answers[:rounds]) if line)
        else:
            yield _NO_QUESTIONS + self.opening, own
            yield from ((_DECIDE, None) for _ in range(rounds - 1) if not build.drafted)
        if not build.drafted:
            yield _NOW, None


async def run_interview(client: ApiClient, build: Build, interview: Interview) -> None:
    """Let the carrier draft or change a PAL.

    Raises `ServiceError` if the carrier does not reply or drafts nothing.
    """
    body: JsonObject = {
        "builder_id": build.builder_id,
        "persona_id": TEST_CARRIER if client.address.environment.upper() == "TEST" else CARRIER,
        "conversation_name": f"Headless build: {build.builder_id}",
        "conversational_context": await render_carrier_context(client, build),
        "chat": True,
        "modality": "text",
        "llm": {"model": MODEL},
        "headless_transport": False,
    }
    created = object_at(await client.post("/conversations/persona-builder/headless", body))
    conversation_id = str(created.get("conversation_id") or "")
    history = str(created.get("builder_history_context") or "")
    async with join_conversation(client, conversation_id) as participant:
        for line, own in interview.lines(build):
            await _Round(client, build, participant, history).run(line, own)
    if not build.drafted:
        refuse("the carrier ended without a draft")


class _Round(Struct, frozen=True):
    """One line of the creator, with all replies and calls of the carrier."""

    client: ApiClient
    build: Build
    participant: ToolParticipant
    history: str

    async def run(self, line: str, own: str | None) -> None:
        if own is not None:
            self.build.request = own
            await record_line(self.client, self.build, role="user", text=own)
        for hop in range(MAX_HOPS + 1):
            reply = await self.participant.say(line, within=self.client.timeouts.turn)
            if text := _reply_text(reply):
                await record_line(self.client, self.build, role="assistant", text=text)
            if not reply.calls or hop == MAX_HOPS:
                return
            line = await self._do_calls(reply)

    async def _do_calls(self, reply: PalReply) -> str:
        """Carry out the calls, and return the line that reports them to the carrier."""
        outcomes: list[str] = []
        for call in reply.calls:
            outcomes.append(await do_call(self.client, self.build, call))
            result = {"name": call.name, "status": "success", "output": outcomes[-1]}
            with contextlib.suppress(ServiceError):  # the context below reports a late result
                await self.participant.send(
                    "conversation.tool_result", tool_call_id=call.call_id, **result
                )
        context = await render_carrier_context(self.client, self.build, history=self.history)
        await self.participant.send("conversation.overwrite_llm_context", context=context)
        report = "\n".join(f"- {outcome}" for outcome in outcomes)
        return (
            "(System: what you called for was done. Tell the creator so in one sentence, and call "
            f"for none of it again.)\n{report}"
        )


def _reply_text(reply: PalReply) -> str:
    """Return the carrier's words, or the words in its last call that has any [client]."""
    texts = [str(call.arguments.get("response_to_user") or "") for call in reply.calls]
    return (reply.text or next((text for text in reversed(texts) if text), "")).strip()
