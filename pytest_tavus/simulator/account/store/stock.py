"""The stock of every account: faces, voices, system tools and skills.

Faces, voices and their texts are invented in the shape of Tavus's. The first of each has the id of
the documents' examples, so that a pasted example works.
"""

from __future__ import annotations

from types import MappingProxyType

from pytest_tavus.contract.body import JsonDict
from pytest_tavus.simulator.account.store.account import Account
from pytest_tavus.simulator.account.store.rows import FaceRow, VoiceRow

STOCKED = "2026-01-01T00:00:00.000000Z"
"""The creation time of all stock."""

FACES = (
    ("r90bbd427f71", "Office", "phoenix-4", True),
    ("r5f0577fc829", "Library", "phoenix-4", True),
    ("r3a1e0c94d6b", "Studio", "phoenix-4", False),
    ("rb8c2e57f0a1", "Kitchen", "phoenix-4", False),
    ("r1d7e9a3c540", "Classroom", "phoenix-3", False),
)
"""Id, name, model, whether recommended. No face shows a real person."""

VOICES = (
    ("v0a1b2c3d4e5f", "Alder", "Warm and unhurried", ("warm", "low")),
    ("v1c7d93e0b2a4", "Birch", "Bright and quick", ("bright", "high")),
    ("v2e5f80a6c1d9", "Cedar", "Calm and plain", ("calm", "low")),
    ("v3b9a47d5e8f0", "Elm", "Friendly and clear", ("warm", "clear")),
)
"""Id, name, description, tags; the first has the id of the documents' examples [doc]."""

SYSTEM_TOOLS = (
    (
        "t0endcall0000",
        "end_call",
        "Ends the conversation. Call it when the caller has said goodbye.",
    ),
)
"""Tavus's own tools, which no client can change; only `end_call` is known [client]."""

SKILLS = MappingProxyType(
    {
        "magic_canvas": ("Magic Canvas", "Shows cards, charts and forms beside the PAL."),
        "presentation": ("Slide Presenter", "Walks through the slides of Knowledge documents."),
        "internet_search": ("Web Search", "Looks up what is current during a call."),
        "memory": ("Memory", "Remembers from one conversation to the next."),
    }
)
"""Skill ids with display names [client] capabilities.py; the descriptions are ours."""


_TOOL = MappingProxyType(
    {
        "origin": "llm",
        "on_call": "silent",
        "is_system_tool": True,
        "created_at": STOCKED,
        "updated_at": STOCKED,
    }
)


def add_stock(account: Account) -> None:
    """Add the records that every account has from its creation."""
    for face_id, name, model, recommended in FACES:
        face = _build_face(face_id, name, model, recommended=recommended)
        account.faces.put(face_id, face)
    for voice_id, name, description, tags in VOICES:
        account.voices.put(voice_id, _build_voice(voice_id, name, description, tags))
    for tool_id, name, description in SYSTEM_TOOLS:
        row: JsonDict = {
            "tool_id": tool_id,
            "name": name,
            "description": description,
            "parameters": {"type": "object", "properties": {}},
            "delivery": {"app_message": True},
        }
        account.tools.put(tool_id, {**row, **_TOOL})
    for skill_id, (name, description) in SKILLS.items():
        skill: JsonDict = {"display_name": name, "description": description, "tool_names": []}
        account.skills.put(skill_id, {"skill_id": skill_id, **skill})


def _build_face(face_id: str, name: str, model: str, *, recommended: bool) -> FaceRow:
    return {
        "face_id": face_id,
        "face_name": name,
        "face_type": "system",
        "model_name": model,
        "status": "completed",
        "training_progress": "100/100",
        "error_message": None,
        "is_recommended": recommended,
        "tags": ["stock"],
        "observations": "",
        "thumbnail_video_url": None,
        "default_voice_id": None,
        "original_voice_id": None,
        "created_at": STOCKED,
        "updated_at": STOCKED,
        "_begun": 0,
        "_callback_url": None,
    }


def _build_voice(voice_id: str, name: str, description: str, tags: tuple[str, ...]) -> VoiceRow:
    return {
        "voice_id": voice_id,
        "voice_name": name,
        "voice_type": "system",
        "description": description,
        "status": "completed",
        "tags": list(tags),
        "created_at": STOCKED,
        "_begun": 0,
        "_callback_url": None,
    }


def reset_account(account: Account) -> None:
    """Delete every record, restart the ids and add the stock again.

    The caller ends conversations in progress first.
    """
    for table in account.tables.values():
        table.clear()
    account.ids.reset()
    add_stock(account)
