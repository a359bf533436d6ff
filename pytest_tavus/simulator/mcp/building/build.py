"""Builds a PAL from a sentence, publishes the PAL, probes it, and has its answers judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.contract.verdict import KnowledgeVerdict, TavusVerdict
from pytest_tavus.errors import ServiceError
from pytest_tavus.json_data import Json, JsonMapping, JsonObject
from pytest_tavus.simulator.account.builder.drafting import name_of
from pytest_tavus.simulator.mcp.answers import first_of, handover, object_at
from pytest_tavus.simulator.mcp.building.carrier import (
    Interview,
    read_each,
    read_objectives,
    run_interview,
)
from pytest_tavus.simulator.mcp.building.drafts import Build, draft, get_or_none, record_line
from pytest_tavus.simulator.mcp.building.participant import ToolParticipant, join_conversation
from pytest_tavus.simulator.mcp.client import ApiClient, refuse
from pytest_tavus.simulator.mcp.tools.pals import read_pal

REFINEMENTS = 1
"""How often the carrier refines a PAL that does not pass [client]."""


async def build_and_verify(
    client: ApiClient, *, prompt: str, face_id: str | None, max_rounds: int, **more: Json
) -> Json:
    if not prompt.strip():
        refuse("prompt: it must not be empty")
    if face_id and await get_or_none(client, f"/faces/{face_id}") is None:
        refuse(f"face_id: there is no face {face_id!r} to give to the PAL")
    build = await _begin(client, prompt.strip(), more.get("pal_id"))
    await _draft(client, build, max_rounds, more)
    await client.post(f"/builder/{build.builder_id}/publish")
    selection = await _set_face(client, build.pal_id, face_id)
    tested = await _test(client, build, list(json_list(more["probes"]) or ()), rounds=max_rounds)
    spec = object_at(tested, "pal_spec")
    return {
        "builder_id": build.builder_id,
        "pal_id": build.pal_id,
        "pal_name": spec.get("persona_name"),
        "system_prompt": spec.get("system_prompt"),
        "face_id": face_id or object_at(selection).get("replica_id"),
        "face_selection": selection,
        **tested,
        **handover(client.address, build.pal_id),
    }


async def _begin(client: ApiClient, prompt: str, pal_id: Json) -> Build:
    body: JsonObject = {"name": name_of(prompt, "")}
    if pal_id:
        body["persona_id"] = pal_id
    session = object_at(await client.post("/builder", body))
    return Build(
        builder_id=str(session["builder_id"]),
        pal_id=str(session["persona_id"]),
        brief=prompt,
        request=prompt,
    )


async def _draft(client: ApiClient, build: Build, max_rounds: int, more: JsonMapping) -> None:
    """Draft the PAL, from the briefs of the hosted tool or in an interview with the carrier."""
    if briefs := json_object(more.get("briefs")):
        for row in json_list(more.get("transcript")) or ():
            text = str(row.get("content") or row.get("text") or "")
            await record_line(client, build, role=str(row.get("role") or "user"), text=text)
        await draft(client, build, briefs)
        return
    interview = Interview(
        opening=build.brief, answers=json_list(more["answers"]), rounds=max_rounds
    )
    await run_interview(client, build, interview)


async def _refine(client: ApiClient, build: Build, verdict: JsonMapping, *, rounds: int) -> None:
    opening = f"The PAL was tested, and this is to be put right:\n{render_gaps(verdict)}"
    build.drafted, build.request = False, build.brief
    interview = Interview(opening=opening, rounds=max(3, rounds // 2), keeps_opening=False)
    await run_interview(client, build, interview)
    await client.post(f"/builder/{build.builder_id}/publish")


async def _test(client: ApiClient, build: Build, probes: list[str], *, rounds: int) -> JsonObject:
    """Test the PAL; refine and test it again if it does not pass."""
    refinements = 0
    while True:
        spec = await read_pal_spec(client, build.pal_id)
        probes = probes or await generate_probes(client, spec)
        transcript = await smoke_test(client, build.pal_id, probes)
        verdict = await judge_transcript(client, spec, transcript)
        passed = verdict.get("overall") == "pass"
        if passed or refinements == REFINEMENTS:
            return {
                "pal_spec": spec,
                "smoke_transcript": transcript,
                "verdict": verdict,
                "build_transcript": build.transcript,
                "probes": probes,
                "validated": passed,
                "refine_rounds_used": refinements,
            }
        refinements += 1
        await _refine(client, build, verdict, rounds=rounds)


async def _set_face(client: ApiClient, pal_id: str, face_id: str | None) -> JsonObject | None:
    """Set the face, or let the builder choose a face; return the choice with its reason."""
    if face_id:
        operation = {"op": "replace", "path": "/default_face_id", "value": face_id}
        await client.patch(f"/pals/{pal_id}", [operation])
        return None
    body = {"persona_id": pal_id}
    choice = object_at(await client.post("/persona-builder/select-replica", body))
    if not choice.get("replica_id"):
        refuse("no face was chosen for the PAL: give face_id")
    return choice


STOCK_PROBES = ("Who are you?", "What can you do for me?")
"""Probes of last resort; their number is [client], their words are the project's own."""


async def read_pal_spec(client: ApiClient, pal_id: str) -> JsonObject:
    """Return a PAL and all its parts under the field names of the builder [client]."""
    pal = await read_pal(client, pal_id)
    return {
        "persona_id": pal_id,
        "persona_name": pal.get("pal_name"),
        "persona_description": first_of(pal, "persona_description", "pal_description"),
        "system_prompt": pal.get("system_prompt"),
        "greeting": pal.get("greeting"),
        "default_replica_id": pal.get("default_face_id"),
        "objectives": await read_objectives(client, pal),
        "guardrails": await read_each(client, "/guardrails", pal.get("guardrail_ids")),
        "documents": await read_each(client, "/documents", pal.get("document_ids")),
        "tools": await get_or_none(client, f"/pals/{pal_id}/tools/") or [],
        "skills": await get_or_none(client, f"/pals/{pal_id}/skills/") or {},
        "layers": pal.get("layers") or {},
    }


async def generate_probes(client: ApiClient, spec: JsonMapping) -> list[str]:
    body = {"persona_spec": dict(spec)}
    answer = await client.post("/persona-builder/llm/generate-probes", body)
    offered = json_list(object_at(answer).get("probes")) or ()
    probes = [probe for probe in offered if isinstance(probe, str) and probe.strip()]
    return probes or list(STOCK_PROBES)


async def smoke_test(client: ApiClient, pal_id: str, probes: Sequence[str]) -> list[JsonObject]:
    """Ask the PAL every probe, and return both sides of the conversation.

    No call of the PAL to the page is answered, as with the official client [client]. Raises
    `ServiceError`.
    """
    opened = await client.post("/conversations", {"persona_id": pal_id, "chat": True})
    conversation_id = str(object_at(opened).get("conversation_id") or "")
    transcript: list[JsonObject] = []
    async with join_conversation(client, conversation_id) as participant:
        for probe in probes:
            transcript.append({"role": "user", "text": probe})
            transcript.append(await _ask_probe(client, participant, probe))
    return transcript


async def _ask_probe(client: ApiClient, participant: ToolParticipant, probe: str) -> JsonObject:
    try:
        reply = await participant.say(probe, within=client.timeouts.probe)
    except ServiceError as error:
        return {"role": "assistant", "text": "", "error": f"timeout: {error}"}
    return {"role": "assistant", "text": reply.text}


async def judge_transcript(
    client: ApiClient, spec: JsonMapping, transcript: list[JsonObject]
) -> JsonObject:
    """Return the judge's verdict, or a partial verdict if the judge gives none."""
    body: JsonObject = {
        "persona_spec": dict(spec),
        "smoke_transcript": [dict(row) for row in transcript],
    }
    answer = json_object(await client.post("/persona-builder/llm/judge-transcript", body))
    if answer is not None and "overall" in answer:
        return answer
    verdict = TavusVerdict(
        knowledge_base=KnowledgeVerdict(evidence="there is no verdict"),
        summary="The judge answered without a verdict.",
    )
    return verdict.to_json()


def render_gaps(verdict: JsonMapping) -> str:
    """Return the failures of a verdict, one line each."""
    summary = str(verdict.get("summary") or "It was not all covered.")
    gaps = list(_describe_gaps(verdict)) or [summary]
    return "\n".join(f"- {gap}" for gap in gaps)


def _describe_gaps(verdict: JsonMapping) -> Iterator[str]:
    kinds = (
        ("objectives", "satisfied", "the objective {} was not reached"),
        ("guardrails", "held", "the guardrail {} did not hold"),
        ("tools", "invoked", "the tool {} was not called"),
    )
    for kind, good, sentence in kinds:
        for row in map(json_object, json_list(verdict.get(kind)) or ()):
            if row is not None and not row.get(good):
                yield f"{sentence.format(row.get('name'))}: {row.get('evidence')}"
    knowledge = object_at(verdict, "knowledge_base")
    if knowledge and not knowledge.get("used", True):
        yield f"the knowledge base was not used: {knowledge.get('evidence')}"
