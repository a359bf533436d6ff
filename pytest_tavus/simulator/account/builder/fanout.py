"""Drafting: `draft-fanout`, and the drafting routes of clients up to 0.3 [client].

Client 0.11.0 reads prompt, name, description and greeting from the last frame and patches the PAL
itself. Objectives, guardrails, tools and the other parts are attached here, because the official
client patches none of them [inferred]. Frames before the last one are [inferred].
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import JsonDict, json_object
from pytest_tavus.contract.limits import TOOLS_PER_PAL
from pytest_tavus.contract.resources.building import (
    BuilderRequest,
    CurrentPal,
    DraftRequest,
    PersonalityRequest,
)
from pytest_tavus.simulator.account.builder import drafting
from pytest_tavus.simulator.account.builder.builder import (
    SESSIONS,
    append_history,
    append_history_once,
)
from pytest_tavus.simulator.account.requests.api import ApiAnswer, ApiRequest
from pytest_tavus.simulator.account.requests.bodies import read_body
from pytest_tavus.simulator.account.resource import Operation
from pytest_tavus.simulator.account.resources import guardrails, objectives
from pytest_tavus.simulator.account.resources.faces import RECOMMENDED_MODEL, sort_recommended
from pytest_tavus.simulator.account.resources.pals import PALS
from pytest_tavus.simulator.account.store.account import Account

Attach = Callable[[Account, JsonDict, str], JsonDict]
"""Attaches one part to a PAL, from a brief, and returns the content of its frame."""

STOP, BREAK = "[STOP]", "[BREAK]"
"""The marks after the text and after the data of the older chat stream [client] 0.3.2."""

TARGETS = ("personality", "greeting", "objectives", "guardrails")
"""The parts of a PAL that the older builder drafts [client] 0.3.2."""

DRAFTED = "I have what I need for a first draft. Apply it, then preview your PAL."
"""The reply of the older chat, which never asks back."""


def draft(account: Account, request: ApiRequest) -> ApiAnswer:
    """Draft each part with a brief; the answer is NDJSON frames, the last of type ``done``."""
    row = SESSIONS.require_named(account, request)
    body = read_body(DraftRequest, request.body)
    pal = PALS.require(account, row["pal_id"])
    append_history_once(account, row, body.message)
    content = {**_words(body), **_attach_parts(account, pal, body)}
    frames = [{"type": "artifact", "name": name, "content": part} for name, part in content.items()]
    # NDJSON frames are not translated, so write the former words here.
    done = {"type": "done", "persona_id": pal["pal_id"], "content": content}
    return ApiAnswer(lines=(*frames, done))


def chat(account: Account, request: ApiRequest) -> ApiAnswer:
    """Answer a message of the creator in the older text stream: a draft is ready."""
    row = SESSIONS.require_named(account, request)
    message = read_body(BuilderRequest, request.body).message
    append_history(account, row, ("user", message), ("assistant", DRAFTED))
    data = {"suggestions": [], "draft_ready": True, "targets": list(TARGETS)}
    return ApiAnswer(text=f"{DRAFTED}{STOP}{json.dumps(data)}{BREAK}")


def update_personality(account: Account, request: ApiRequest) -> ApiAnswer:
    pal = _pal_of(account, request)
    body = read_body(PersonalityRequest, request.body)
    current = _read_current_pal(pal)
    drafted: JsonDict = {}
    if body.pal_name:
        drafted["pal_name"] = drafting.name_of(body.message, current.name)
    if body.system_prompt:
        drafted["system_prompt"] = drafting.system_prompt(body.message, body.message, current)
    return _apply_draft(account, pal, drafted)


def update_greeting(account: Account, request: ApiRequest) -> ApiAnswer:
    pal = _pal_of(account, request)
    message = read_body(BuilderRequest, request.body).message
    name = drafting.name_of(message, _read_current_pal(pal).name)
    return _apply_draft(account, pal, {"greeting": drafting.greeting(message, name)})


def _words(body: DraftRequest) -> JsonDict:
    """Return the parts that the client patches into the PAL itself."""
    name = drafting.name_of(body.message, body.current.name)
    parts: JsonDict = {}
    if brief := body.briefs.personality:
        parts["personality"] = {
            "system_prompt": drafting.system_prompt(brief, body.message, body.current),
            "persona_name": name,
            "persona_description": body.current.description
            or drafting.description_of(body.message),
        }
    if brief := body.briefs.greeting:
        parts["greeting"] = drafting.greeting(brief, name)
    return parts


def _attach_parts(account: Account, pal: JsonDict, body: DraftRequest) -> JsonDict:
    """Attach each part with a brief, and return the contents of their frames."""
    parts: JsonDict = {}
    for artifact, attach in ATTACHED.items():
        brief: str = getattr(body.briefs, artifact)
        if brief:
            parts[artifact] = attach(account, pal, brief)
    return parts


def _build_operation(attach: Attach) -> Operation:
    """Return an operation that drafts one part and attaches it to the PAL."""

    def update(account: Account, request: ApiRequest) -> ApiAnswer:
        pal = _pal_of(account, request)
        attached = attach(account, pal, read_body(BuilderRequest, request.body).message)
        return ApiAnswer(body={"pal_id": pal["pal_id"], **attached})

    return update


def _apply_draft(account: Account, pal: JsonDict, drafted: JsonDict) -> ApiAnswer:
    pal |= {**drafted, "updated_at": account.timestamp()}
    return ApiAnswer(body={"pal_id": pal["pal_id"], **drafted})


def _pal_of(account: Account, request: ApiRequest) -> JsonDict:
    return PALS.require(account, SESSIONS.require_named(account, request)["pal_id"])


def _read_current_pal(pal: JsonDict) -> CurrentPal:
    return CurrentPal(
        system_prompt=pal.get("system_prompt") or "",
        greeting=pal.get("greeting") or "",
        name=pal.get("pal_name") or "",
    )


def attach_objectives(account: Account, pal: JsonDict, brief: str) -> JsonDict:
    """Create objectives from a brief; they replace the PAL's objectives."""
    drafted = drafting.objectives(brief, pal.get("pal_name") or "")
    row = objectives.OBJECTIVES.add(account, objectives.fields_of(drafted))
    pal["objectives_id"] = row["objectives_id"]
    return {"objectives_id": row["objectives_id"], "data": row["data"]}


def attach_guardrails(account: Account, pal: JsonDict, brief: str) -> JsonDict:
    """Create guardrails from a brief; they replace the PAL's guardrails."""
    drafted = map(guardrails.fields_of, drafting.guardrails(brief))
    rows = [guardrails.GUARDRAILS.add(account, fields) for fields in drafted]
    pal["guardrail_ids"] = [row["guardrail_id"] for row in rows]
    return {"guardrail_ids": pal["guardrail_ids"], "data": rows}


def attach_tools(account: Account, pal: JsonDict, brief: str) -> JsonDict:
    """Attach the account's own tools that the brief names, up to the limit of a PAL."""
    rows = [row for row in account.tools.rows() if not row.get("is_system_tool")]
    return _add(
        pal, "tool_ids", _list_mentioned(brief, rows, "tool_id", "name"), most=TOOLS_PER_PAL
    )


def attach_documents(account: Account, pal: JsonDict, brief: str) -> JsonDict:
    rows = account.documents.rows()
    return _add(pal, "document_ids", _list_mentioned(brief, rows, "document_id", "document_name"))


def attach_skills(account: Account, pal: JsonDict, brief: str) -> JsonDict:
    """Attach the skills that the brief names by id or name."""
    skills: JsonDict = json_object(pal.get("skills")) or {}
    for skill_id in _list_mentioned(brief, account.skills.rows(), "skill_id", "display_name"):
        skills.setdefault(skill_id, {})
    pal["skills"] = skills
    return {"skills": list(skills)}


def attach_perception(account: Account, pal: JsonDict, brief: str) -> JsonDict:  # noqa: ARG001 - an `Attach`
    """Turn vision on, whatever the brief says."""
    layers: JsonDict = json_object(pal.get("layers")) or {}
    perception = {**(json_object(layers.get("perception")) or {}), "perception_model": "raven-1"}
    pal["layers"] = {**layers, "perception": perception}
    return perception


def attach_face(account: Account, pal: JsonDict, brief: str) -> JsonDict:
    """Set the face that the brief names, else a recommended one."""
    ids = _list_mentioned(brief, account.faces.rows(), "face_id", "face_name")
    face_id = ids[0] if ids else choose_face(account, pal)
    pal["default_face_id"] = face_id
    return {"replica_id": face_id}


def choose_face(account: Account, pal: JsonDict) -> str | None:
    """Return the PAL's face, else a recommended face of the builder's model [client]."""
    if pal.get("default_face_id"):
        return str(pal["default_face_id"])
    ready = [row for row in account.faces.rows() if row["status"] == "completed"]
    of_model = [row for row in ready if row["model_name"] == RECOMMENDED_MODEL]
    chosen = next(iter(sort_recommended(of_model or ready)), None)
    return None if chosen is None else chosen["face_id"]


ATTACHED: Mapping[str, Attach] = MappingProxyType(
    {
        "objectives": attach_objectives,
        "guardrails": attach_guardrails,
        "tools": attach_tools,
        "skills": attach_skills,
        "perception": attach_perception,
        "documents": attach_documents,
        "face": attach_face,
    }
)
"""The parts of `draft-fanout` that the client does not patch itself, by their brief."""


def _list_mentioned(
    brief: str, rows: Iterable[Mapping[str, object]], key: str, name: str
) -> tuple[str, ...]:
    return drafting.list_mentioned(brief, [(str(row[key]), str(row[name])) for row in rows])


def _add(pal: JsonDict, field: str, ids: tuple[str, ...], *, most: int | None = None) -> JsonDict:
    pal[field] = list(dict.fromkeys([*(pal.get(field) or ()), *ids]))[:most]
    return {field: list(pal[field])}


ROUTES = tuple(
    SESSIONS.route("POST", f"/{{}}/{name}", operation, source="client")
    for name, operation in (
        ("draft-fanout", draft),
        ("chat", chat),
        ("update-personality", update_personality),
        ("update-greeting", update_greeting),
        ("update-objectives", _build_operation(attach_objectives)),
        ("update-guardrails", _build_operation(attach_guardrails)),
    )
)
