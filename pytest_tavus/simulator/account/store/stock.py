"""What every account has from the beginning: stock faces and voices, system tools, skills.

Faces, voices and their texts are made up in the shape of Tavus's; the first of each has the id of
the documents' examples, so that what is pasted from there works.
"""

from __future__ import annotations

from types import MappingProxyType

from pytest_tavus.contract.body import Json
from pytest_tavus.simulator.account.store.account import Account

STOCKED = "2026-01-01T00:00:00.000000Z"
"""When all of it was made."""

FACES = (
    ("r90bbd427f71", "Office", "phoenix-4", True),
    ("r5f0577fc829", "Library", "phoenix-4", True),
    ("r3a1e0c94d6b", "Studio", "phoenix-4", False),
    ("rb8c2e57f0a1", "Kitchen", "phoenix-4", False),
    ("r1d7e9a3c540", "Classroom", "phoenix-3", False),
)
"""Id, name, model, whether recommended. Not one is a likeness of anybody."""

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
"""Tools of Tavus's own that nobody can change; `end_call` is the one that is known [client]."""

SKILLS = MappingProxyType(
    {
        "magic_canvas": ("Magic Canvas", "Shows cards, charts and forms beside the PAL."),
        "presentation": ("Slide Presenter", "Walks through the slides of Knowledge documents."),
        "internet_search": ("Web Search", "Looks up what is current during a call."),
        "memory": ("Memory", "Remembers from one conversation to the next."),
    }
)
"""Skill ids with display names [client] capabilities.py; the descriptions are ours."""


_FACE = MappingProxyType(
    {
        "face_type": "system",
        "status": "completed",
        "observations": "",
        "training_progress": "100/100",
        "error_message": None,
        "thumbnail_video_url": None,
        "default_voice_id": None,
        "original_voice_id": None,
        "created_at": STOCKED,
        "updated_at": STOCKED,
    }
)
_VOICE = MappingProxyType(
    {"voice_type": "system", "status": "completed", "created_at": STOCKED},
)
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
    """Put everything that an account is born with where it belongs."""
    for face_id, name, model, recommended in FACES:
        row = {"face_name": name, "model_name": model, "is_recommended": recommended}
        account["faces"].add(face_id, {"face_id": face_id, **row, **_FACE, "tags": ["stock"]})
    for voice_id, name, description, tags in VOICES:
        row = {"voice_name": name, "description": description, "tags": list(tags)}
        account["voices"].add(voice_id, {"voice_id": voice_id, **row, **_VOICE})
    for tool_id, name, description in SYSTEM_TOOLS:
        row = {"tool_id": tool_id, "name": name, "description": description}
        shape: Json = {
            "parameters": {"type": "object", "properties": {}},
            "delivery": {"app_message": True},
        }
        account["tools"].add(tool_id, {**row, **shape, **_TOOL})
    for skill_id, (name, description) in SKILLS.items():
        skill: Json = {"display_name": name, "description": description, "tool_names": []}
        account["skills"].add(skill_id, {"skill_id": skill_id, **skill})


def reset_account(account: Account) -> None:
    """Forget everything an account holds, ids included, and begin anew.

    Conversations in progress are not the account's: whoever resets ends them first.
    """
    for table in account.tables.values():
        table.clear()
    account.ids.reset()
    add_stock(account)
