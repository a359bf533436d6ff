"""Stand-ins for Tavus's models in the builder: choose a face, ask, judge, decide [client].

No model runs here. The verdict comes from the `judge` of a loaded scenario for this PAL, the
questions from its caller's lines, and everything else from the request.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.body import JsonDict, json_list, json_object
from pytest_tavus.contract.resources.building import (
    DecisionRequest,
    FaceRequest,
    JudgeRequest,
    ProbesRequest,
)
from pytest_tavus.scenario.values.model import Scenario
from pytest_tavus.simulator.account.builder.fanout import choose_face
from pytest_tavus.simulator.account.builder.verdicts import (
    JudgeScope,
    build_scripted_verdict,
    build_unscripted_verdict,
    find_judging_scenario,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.requests.refusals import bad_request
from pytest_tavus.simulator.account.resource import Route
from pytest_tavus.simulator.account.resources.pals import PALS
from pytest_tavus.simulator.account.store.account import Account

PROBES = 5
"""The most generated questions."""

NUDGE = "Use best-practice defaults consistent with the goal, and draft the PAL now."
"""The reply of a creator who leaves the rest to the builder."""


def select_face(account: Account, request: ApiRequest) -> ApiAnswer:
    pal = PALS.require(account, read_body(FaceRequest, request.body).pal_id)
    face_id = choose_face(account, pal)
    if face_id is None:
        raise bad_request("There is no face to choose from")
    pal["default_face_id"] = face_id
    face = account.faces.get(face_id)
    name = None if face is None else face["face_name"]
    return ApiAnswer(body={"face_id": face_id, "face_name": name})


def generate_probes(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return questions for the PAL: the lines of its first scenario, else one per objective."""
    spec = read_body(ProbesRequest, request.body).persona_spec
    scripted = [turn.user for script in _scripts(account, spec)[:1] for turn in script.turns]
    generated = (f"Can you help me with this? {prompt}" for _, prompt in _parts(spec, "objective"))
    probes = scripted or ["What can you help me with?", *generated][:PROBES]
    return ApiAnswer(body={"probes": probes})


def judge_transcript(account: Account, request: ApiRequest) -> ApiAnswer:
    """Return the scripted verdict of this PAL."""
    body = read_body(JudgeRequest, request.body)
    lines = [str(row.get("text")) for row in body.smoke_transcript if row.get("role") == "user"]
    found = find_judging_scenario(_scripts(account, body.persona_spec), lines)
    if found is None:
        return ApiAnswer(body=build_unscripted_verdict().to_json())
    scenario, judge = found
    verdict = build_scripted_verdict(
        judge, _read_judge_scope(body.persona_spec), scenario=scenario.name
    )
    return ApiAnswer(body=verdict.to_json())


def decide_next_action(account: Account, request: ApiRequest) -> ApiAnswer:  # noqa: ARG001 - an operation
    """Decide a creator's next action: done as soon as a draft is ready [client] 0.3.2.

    The client knows only `done` by name; `reply` is [inferred].
    """
    body = read_body(DecisionRequest, request.body)
    done = body.latest_reply.get("draft_ready") is True
    return ApiAnswer(
        body={
            "action": "done" if done else "reply",
            "next_message": "" if done else NUDGE,
            "target_updates": [],
        }
    )


def _scripts(account: Account, spec: JsonDict) -> tuple[Scenario, ...]:
    # A spec is a value, so its keys are not translated: accept both spellings.
    pal_id = spec.get("persona_id") or spec.get("pal_id") or ""
    name = spec.get("persona_name") or spec.get("pal_name") or ""
    return account.scripts.list_scripts(str(pal_id), str(name))


def _read_judge_scope(spec: JsonDict) -> JudgeScope:
    tools = _rows(spec.get("tools"))
    return JudgeScope(
        objectives=tuple(name for name, _ in _parts(spec, "objective")),
        guardrails=tuple(name for name, _ in _parts(spec, "guardrail")),
        tools=tuple(str(tool["name"]) for tool in tools if tool.get("name")),
    )


def _parts(spec: JsonDict, kind: str) -> Iterator[tuple[str, str]]:
    """Yield name and prompt of a spec's objectives or guardrails, in any of their shapes."""
    for row in _rows(spec.get(f"{kind}s")):
        for part in _rows(row["data"]) if "data" in row else [row]:
            if part.get(f"{kind}_name"):
                yield str(part[f"{kind}_name"]), str(part.get(f"{kind}_prompt") or "")


def _rows(value: object) -> list[JsonDict]:
    """Return the objects of a list, of a list under `data`, or a single object as a list."""
    body = json_object(value)
    items = json_list(value if body is None else body.get("data", [body]))
    return [row for each in items or () if (row := json_object(each)) is not None]


ROUTES = tuple(
    Route(method="POST", path=f"/persona-builder/{name}", operation=operation, source="client")
    for name, operation in (
        ("select-replica", select_face),
        ("llm/generate-probes", generate_probes),
        ("llm/judge-transcript", judge_transcript),
        ("llm/decide-next-action", decide_next_action),
    )
)
