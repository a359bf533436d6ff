"""The five capabilities of Tavus's web builder, and what each is in the API. Data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pytest_tavus.errors import did_you_mean
from pytest_tavus.simulator.mcp.client import refuse

COMPONENTS: Final = (
    "question",
    "input",
    "calendar",
    "scheduling_embed",
    "text",
    "image",
    "video",
    "chart",
    "alert",
)
"""What a canvas can show [client]."""

CATALOG: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "magic_canvas": {
            "display_name": "Magic Canvas",
            "description": "Shows questions, forms, charts and texts beside the conversation.",
            "portal_id": "builtin:magic_canvas",
            "rqh_skill_id": "magic_canvas",
            "config": {
                "components": "Settings by component; one that is not named is on, but for "
                "scheduling_embed, which needs a scheduling_url.",
                "usage_guidance": "When which component is to be shown, in a line or two.",
            },
        },
        "slide_presenter": {
            "display_name": "Slide Presenter",
            "description": "Presents documents that can be shown as slides.",
            "portal_id": "builtin:slide_presenter",
            "rqh_skill_id": "presentation",
            "config": {
                "document_ids": "The documents, at least one.",
                "slides_trigger": "on_demand or walk_the_deck.",
                "prompt": "How to present; may be absent.",
            },
        },
        "web_search": {
            "display_name": "Web Search",
            "description": "Looks things up on the web while the conversation goes on.",
            "portal_id": "builtin:web_search",
            "rqh_skill_id": "internet_search",
            "config": {},
        },
        "memory": {
            "display_name": "Memory",
            "description": "Remembers a person from one conversation to the next.",
            "portal_id": "skill:memory",
            "rqh_skill_id": "memory",
            "config": {},
        },
        "perception": {
            "display_name": "Perception",
            "description": "Sees the camera and hears more than the words.",
            "portal_id": "perception",
            "rqh_skill_id": None,
            "config": {
                "perception_model": "raven-1, raven-0 or off.",
                "visual_awareness_queries": "What to look out for; may be absent.",
                "audio_awareness_queries": "What to listen for; may be absent.",
                "visual_tool_prompt": "How to act on what is seen; may be absent.",
                "audio_tool_prompt": "How to act on what is heard; may be absent.",
            },
        },
    }
)
"""Ids, names and keys are [client]; the sentences are this project's own."""

_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "magic": "magic_canvas",
        "canvas": "magic_canvas",
        "slide": "slide_presenter",
        "slides": "slide_presenter",
        "presentation": "slide_presenter",
        "web": "web_search",
        "search": "web_search",
        "internet_search": "web_search",
        "vision": "perception",
        "raven": "perception",
        **{str(row["portal_id"]): name for name, row in CATALOG.items()},
    }
)


def capability_named(written: str) -> str:
    """Return the capability that is meant by one of its names [client].

    Raises:
        ToolRefusal: none is.

    """
    name = written.strip().lower().replace("-", "_")
    known = name if name in CATALOG else _OTHER_NAMES.get(name)
    if known is None:
        hint = did_you_mean(name, CATALOG) or f"one of: {', '.join(CATALOG)}"
        refuse(f"capability_id: there is no capability {written!r}, {hint}")
    return known


def catalog() -> dict[str, Any]:
    """Return the catalog as JSON data."""
    return {name: {**row, "config": dict(row["config"])} for name, row in CATALOG.items()}


def skill_of(capability: str) -> str:
    """Return the id of the skill that a capability other than perception is in the API."""
    return str(CATALOG[capability]["rqh_skill_id"])
