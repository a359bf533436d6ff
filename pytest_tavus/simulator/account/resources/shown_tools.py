"""How a tool is answered: every field with its default, no secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_tavus.contract.body import json_object
from pytest_tavus.simulator.account.requests.masks import masked_auth

SERVER_SET = ("tool_id", "owner_id", "is_system_tool", "created_at", "updated_at")
"""Fields that only the server sets [doc]."""

OWNER = "simulated"
"""`owner_id` of everything in a simulated account."""


def shown_tool(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tool as the API answers it ([doc] create-tool, get-tool)."""
    post_call = record.get("trigger_type") == "post_call"
    origin = None if post_call else record.get("origin", "llm")
    return {
        "tool_id": record["tool_id"],
        "owner_id": OWNER,
        "name": record["name"],
        "description": record["description"],
        "parameters": record.get("parameters", {}),
        "delivery": _shown_delivery(json_object(record.get("delivery")) or {}),
        "trigger_type": record.get("trigger_type", "in_call"),
        "origin": origin,
        "on_call": record.get("on_call", "generate_filler" if origin == "llm" else None),
        "on_resolve": record.get("on_resolve", "fire_and_forget"),
        "static_filler": record.get("static_filler"),
        "tags": record.get("tags", []),
        "is_system_tool": record["is_system_tool"],
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
    }


def _shown_delivery(delivery: Mapping[str, Any]) -> dict[str, Any]:
    """Return `app_message: false` beside an api, as the documents show it [doc]."""
    api = json_object(delivery.get("api"))
    if api is None:
        return {"app_message": True}
    auth = json_object(api.get("auth")) or {"type": "none"}
    shown = {"method": "POST", "timeout": 10, **api, "auth": masked_auth(auth)}
    return {"app_message": False, "api": shown}
