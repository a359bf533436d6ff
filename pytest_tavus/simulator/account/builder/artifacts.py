"""The parts of a draft that are objects of their own: made, or found by name, and attached.

That the fan-out attaches them is [inferred] from the official client, which patches none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pytest_tavus.contract.body import Json, json_object
from pytest_tavus.contract.limits import TOOLS_PER_PAL
from pytest_tavus.simulator.account.builder import drafting
from pytest_tavus.simulator.account.resources import guardrails, objectives
from pytest_tavus.simulator.account.resources.faces import RECOMMENDED_MODEL, recommended_first
from pytest_tavus.simulator.account.store.account import Account

Attach = Callable[[Account, Json, str], Json]


def attach_objectives(account: Account, pal: Json, brief: str) -> Json:
    """Make the objectives of a brief, and let the PAL have them and no others."""
    drafted = drafting.objectives(brief, pal.get("pal_name") or "")
    row = objectives.OBJECTIVES.keep(account, objectives.fields_of(drafted))
    pal["objectives_id"] = row["objectives_id"]
    return {"objectives_id": row["objectives_id"], "data": row["data"]}


def attach_guardrails(account: Account, pal: Json, brief: str) -> Json:
    """Make the guardrails of a brief, and let the PAL have them and no others."""
    drafted = map(guardrails.fields_of, drafting.guardrails(brief))
    rows = [guardrails.GUARDRAILS.keep(account, fields) for fields in drafted]
    pal["guardrail_ids"] = [row["guardrail_id"] for row in rows]
    return {"guardrail_ids": pal["guardrail_ids"], "data": rows}


def attach_tools(account: Account, pal: Json, brief: str) -> Json:
    """Attach the account's own tools that the brief names, as many as a PAL can have."""
    rows = (row for row in account["tools"].rows() if not row.get("is_system_tool"))
    named = [(row["tool_id"], row["name"]) for row in rows]
    return {"tool_ids": _add(pal, "tool_ids", drafting.mentioned(brief, named), most=TOOLS_PER_PAL)}


def attach_documents(account: Account, pal: Json, brief: str) -> Json:
    """Attach the account's documents that the brief names."""
    rows = account["documents"].rows()
    named = [(row["document_id"], row["document_name"]) for row in rows]
    return {"document_ids": _add(pal, "document_ids", drafting.mentioned(brief, named))}


def attach_skills(account: Account, pal: Json, brief: str) -> Json:
    """Attach the skills that the brief names by their id or name."""
    rows = account["skills"].rows()
    named = [(row["skill_id"], row.get("display_name") or "") for row in rows]
    skills: Json = json_object(pal.get("skills")) or {}
    for skill_id in drafting.mentioned(brief, named):
        skills.setdefault(skill_id, {})
    pal["skills"] = skills
    return {"skills": list(skills)}


def attach_perception(account: Account, pal: Json, brief: str) -> Json:  # noqa: ARG001 - one of several
    """Let the PAL see: any brief on perception asks for that."""
    layers: Json = json_object(pal.get("layers")) or {}
    perception = {**(json_object(layers.get("perception")) or {}), "perception_model": "raven-1"}
    pal["layers"] = {**layers, "perception": perception}
    return perception


def attach_face(account: Account, pal: Json, brief: str) -> Json:
    """Give the PAL the face that the brief names, else the one that is recommended."""
    rows = list(account["faces"].rows())
    ids = drafting.mentioned(brief, [(row["face_id"], row["face_name"]) for row in rows])
    face_id = ids[0] if ids else choose_face(account, pal)
    pal["default_face_id"] = face_id
    return {"replica_id": face_id}


def choose_face(account: Account, pal: Json) -> str | None:
    """Return the PAL's face, else the first that is recommended of the builder's model [client]."""
    if pal.get("default_face_id"):
        return str(pal["default_face_id"])
    ready = [row for row in account["faces"].rows() if row["status"] == "completed"]
    fitting = [row for row in ready if row["model_name"] == RECOMMENDED_MODEL]
    chosen = next(iter(recommended_first(fitting or ready)), None)
    return None if chosen is None else str(chosen["face_id"])


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
"""What each brief of `draft-fanout` brings about, beyond the words of the PAL."""


def _add(pal: Json, field: str, ids: tuple[str, ...], *, most: int | None = None) -> list[str]:
    pal[field] = list(dict.fromkeys([*(pal.get(field) or ()), *ids]))[:most]
    return list(pal[field])
