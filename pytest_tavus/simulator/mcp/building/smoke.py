"""The test of a PAL that was just built: questions are put to it, and a judge reads what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.verdict import KnowledgeVerdict, TavusVerdict
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import Json, JsonObject
from pytest_tavus.simulator.mcp.answers import first_of
from pytest_tavus.simulator.mcp.building.carrier_context import read_each
from pytest_tavus.simulator.mcp.building.drafts import or_nothing
from pytest_tavus.simulator.mcp.building.participant import ToolParticipant, seated
from pytest_tavus.simulator.mcp.client import ApiClient
from pytest_tavus.simulator.mcp.tools.pals import read_pal

STOCK_PROBES = ("Who are you?", "What can you do for me?")
"""What is asked where nothing better is known; that there are two such is [client]."""


async def pal_spec(client: ApiClient, pal_id: str) -> JsonObject:
    """Return a PAL with all that belongs to it, in the words of the builder [client]."""
    pal = await read_pal(client, pal_id)
    objectives_id = pal.get("objectives_id")
    return {
        "persona_id": pal_id,
        "persona_name": pal.get("pal_name"),
        "persona_description": first_of(pal, "persona_description", "pal_description"),
        "system_prompt": pal.get("system_prompt"),
        "greeting": pal.get("greeting"),
        "default_replica_id": pal.get("default_face_id"),
        "objectives": await or_nothing(client, f"/objectives/{objectives_id}")
        if objectives_id
        else None,
        "guardrails": await read_each(client, "/guardrails", pal.get("guardrail_ids")),
        "documents": await read_each(client, "/documents", pal.get("document_ids")),
        "tools": await or_nothing(client, f"/pals/{pal_id}/tools/") or [],
        "skills": await or_nothing(client, f"/pals/{pal_id}/skills/") or {},
        "layers": pal.get("layers") or {},
    }


async def probes_for(client: ApiClient, spec: Mapping[str, Json]) -> list[str]:
    """Return what the PAL is asked."""
    body = {"persona_spec": dict(spec)}
    answer = await client.post("/persona-builder/llm/generate-probes", body)
    offered = json_list((json_object(answer) or {}).get("probes")) or ()
    probes = [probe for probe in offered if isinstance(probe, str) and probe.strip()]
    return probes or list(STOCK_PROBES)


async def smoke_test(client: ApiClient, pal_id: str, probes: Sequence[str]) -> list[JsonObject]:
    """Put every question to the PAL and return what was said on both sides.

    Calls that the PAL makes of the page are not answered, as by the official client [client].
    Raises `ServiceError`.
    """
    opened = await client.post("/conversations", {"persona_id": pal_id, "chat": True})
    conversation_id = str((json_object(opened) or {}).get("conversation_id") or "")
    transcript: list[JsonObject] = []
    async with seated(client, conversation_id) as seat:
        for probe in probes:
            transcript.append({"role": "user", "text": probe})
            transcript.append(await _reply(client, seat, probe))
    return transcript


async def _reply(client: ApiClient, seat: ToolParticipant, probe: str) -> JsonObject:
    try:
        heard = await seat.say(probe, within=client.patience.probe)
    except ServiceError as error:
        return {"role": "assistant", "text": "", "error": f"timeout: {error}"}
    return {"role": "assistant", "text": heard.text}


async def judged(
    client: ApiClient, spec: Mapping[str, Json], transcript: Sequence[Mapping[str, Json]]
) -> JsonObject:
    """Return the judge's verdict, or one that says that there is none."""
    body: JsonObject = {
        "persona_spec": dict(spec),
        "smoke_transcript": [dict(row) for row in transcript],
    }
    answer = json_object(await client.post("/persona-builder/llm/judge-transcript", body))
    if answer is not None and "overall" in answer:
        return answer
    none = TavusVerdict(
        knowledge_base=KnowledgeVerdict(evidence="there is no verdict"),
        summary="The judge answered without a verdict.",
    )
    return none.to_json()


def gaps_in(verdict: Mapping[str, Json]) -> str:
    """Return, a line each, what a verdict holds against the PAL."""
    found = list(_gaps(verdict)) or [str(verdict.get("summary") or "It was not all covered.")]
    return "\n".join(f"- {gap}" for gap in found)


def _gaps(verdict: Mapping[str, Json]) -> Iterator[str]:
    kinds = (
        ("objectives", "satisfied", "the objective {} was not reached"),
        ("guardrails", "held", "the guardrail {} did not hold"),
        ("tools", "invoked", "the tool {} was not called"),
    )
    for kind, good, sentence in kinds:
        for row in map(json_object, json_list(verdict.get(kind)) or ()):
            if row is not None and not row.get(good):
                yield f"{sentence.format(row.get('name'))}: {row.get('evidence')}"
    knowledge = json_object(verdict.get("knowledge_base")) or {}
    if knowledge and not knowledge.get("used", True):
        yield f"the knowledge base was not used: {knowledge.get('evidence')}"
