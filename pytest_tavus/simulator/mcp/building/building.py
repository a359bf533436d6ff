"""The tool that builds a PAL from a sentence, publishes it, tests it, and has the test judged."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.json_data import Json, JsonObject
from pytest_tavus.simulator.account.builder.drafting import name_of
from pytest_tavus.simulator.mcp.answers import handover
from pytest_tavus.simulator.mcp.building.carrier import Interview, hold_interview
from pytest_tavus.simulator.mcp.building.drafts import Build, draft, keep_said, or_nothing
from pytest_tavus.simulator.mcp.building.smoke import (
    gaps_in,
    judged,
    pal_spec,
    probes_for,
    smoke_test,
)
from pytest_tavus.simulator.mcp.client import ApiClient, refuse

REFINEMENTS = 1
"""How often a PAL that does not pass is sent back to the carrier [client]."""


async def build_and_verify(
    client: ApiClient, *, prompt: str, face_id: str | None, max_rounds: int, **more: Json
) -> Json:
    if not prompt.strip():
        refuse("prompt: it must not be empty")
    if face_id and await or_nothing(client, f"/faces/{face_id}") is None:
        refuse(f"face_id: there is no face {face_id!r} to give to the PAL")
    build = await _begin(client, prompt.strip(), more.get("pal_id"))
    await _draft(client, build, max_rounds, more)
    await client.post(f"/builder/{build.builder_id}/publish")
    selection = await _set_face(client, build.pal_id, face_id)
    spec = await pal_spec(client, build.pal_id)
    probes = list(json_list(more["probes"]) or await probes_for(client, spec))
    transcript, verdict = await _test(client, build, spec, probes)
    refinements = 0
    while verdict.get("overall") != "pass" and refinements < REFINEMENTS:
        refinements += 1
        await _refine(client, build, verdict, rounds=max_rounds)
        spec = await pal_spec(client, build.pal_id)
        transcript, verdict = await _test(client, build, spec, probes)
    return {
        "builder_id": build.builder_id,
        **_identity(build, spec, face_id, selection),
        "pal_spec": spec,
        "smoke_transcript": transcript,
        "verdict": verdict,
        "build_transcript": build.transcript,
        "probes": probes,
        "validated": verdict.get("overall") == "pass",
        "refine_rounds_used": refinements,
        **handover(client.place, build.pal_id),
    }


async def _begin(client: ApiClient, prompt: str, pal_id: Json) -> Build:
    body: JsonObject = {"name": name_of(prompt, "")}
    if pal_id:
        body["persona_id"] = pal_id
    session = json_object(await client.post("/builder", body)) or {}
    return Build(
        builder_id=str(session["builder_id"]),
        pal_id=str(session["persona_id"]),
        brief=prompt,
        request=prompt,
    )


async def _draft(
    client: ApiClient, build: Build, max_rounds: int, more: Mapping[str, Json]
) -> None:
    """Have the PAL drafted: by the carrier, or at once where the hosted tool brings the briefs."""
    if briefs := json_object(more.get("briefs")):
        for row in json_list(more.get("transcript")) or ():
            text = str(row.get("content") or row.get("text") or "")
            await keep_said(client, build, role=str(row.get("role") or "user"), text=text)
        await draft(client, build, briefs)
        return
    interview = Interview(
        opening=build.brief, answers=json_list(more["answers"]), rounds=max_rounds
    )
    await hold_interview(client, build, interview)


async def _refine(
    client: ApiClient, build: Build, verdict: Mapping[str, Json], *, rounds: int
) -> None:
    opening = f"The PAL was tested, and this is to be put right:\n{gaps_in(verdict)}"
    build.drafted, build.request = False, build.brief
    interview = Interview(opening=opening, rounds=max(3, rounds // 2), keeps_opening=False)
    await hold_interview(client, build, interview)
    await client.post(f"/builder/{build.builder_id}/publish")


async def _test(
    client: ApiClient, build: Build, spec: JsonObject, probes: list[str]
) -> tuple[list[JsonObject], JsonObject]:
    transcript = await smoke_test(client, build.pal_id, probes)
    return transcript, await judged(client, spec, transcript)


async def _set_face(client: ApiClient, pal_id: str, face_id: str | None) -> JsonObject | None:
    """Give the PAL its face, or have one chosen; return what was chosen and why."""
    if face_id:
        operation = {"op": "replace", "path": "/default_face_id", "value": face_id}
        await client.patch(f"/pals/{pal_id}", [operation])
        return None
    body = {"persona_id": pal_id}
    chosen = json_object(await client.post("/persona-builder/select-replica", body)) or {}
    if not chosen.get("replica_id"):
        refuse("no face was chosen for the PAL: give face_id")
    return chosen


def _identity(
    build: Build,
    spec: Mapping[str, Json],
    face_id: str | None,
    selection: Mapping[str, Json] | None,
) -> JsonObject:
    chosen = (selection or {}).get("replica_id")
    return {
        "pal_id": build.pal_id,
        "pal_name": spec.get("persona_name"),
        "system_prompt": spec.get("system_prompt"),
        "face_id": face_id or chosen or spec.get("default_replica_id"),
        "face_selection": selection,
    }
