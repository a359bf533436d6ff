"""Builds of a PAL, with scripts for the carrier and for what is built."""

from __future__ import annotations

from typing import Any

from pytest_tavus.scenario.load.parse import parse_inline
from pytest_tavus.scenario.values.model import Scenario
from tests.simulator.mcp.box import ToolBoxFixture

CARRIER = "p1abc173c043"
CALLED = (
    "draft_pal",
    "update_persona_field",
    "read_knowledge_document",
    "publish_persona",
    "claim_meet",
    "fly",
)
"""Calls of the carrier; the last call is unknown."""

PROMPT = "A dental receptionist. Books visits."


def judged_script(overall: str, *lines: str) -> Scenario:
    """Return a script for every PAL, with the verdict of its judge."""
    turns = [{"user": line, "plays": {"says": line[::-1]}} for line in lines or ("Hello",)]
    data = {"pal": {"system_prompt": "You help."}, "turns": turns, "judge": {"overall": overall}}
    return parse_inline(data, name=f"is judged {overall}")


def carrier_script(*turns: dict[str, Any]) -> Scenario:
    """Return the script of the carrier: for each turn its calls or its words."""
    played = [{"user": "any line", "plays": turn} for turn in turns]
    tools = [
        {"name": name, "description": "One of the builder's.", "delivery": {"app_message": True}}
        for name in CALLED
    ]
    quiet = [{**tool, "on_call": "silent", "on_resolve": "fire_and_forget"} for tool in tools]
    pal = {"pal_id": CARRIER, "pal_name": "PAL Maker", "tools": quiet}
    return parse_inline({"pal": pal, "turns": played, "judge": {"overall": "pass"}}, name="carrier")


def calls(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"calls": [{tool: arguments}]}


def says(text: str) -> dict[str, Any]:
    return {"says": text}


DRAFTS = calls("draft_pal", sections_brief="Be kind.", response_to_user="I am drafting.")


async def build_pal(toolbox: ToolBoxFixture, **arguments: Any) -> dict[str, Any]:
    value: dict[str, Any] = await toolbox.value(
        "tavus_pal_build_and_verify", **{"prompt": PROMPT, **arguments}
    )
    return value


def list_changes(toolbox: ToolBoxFixture) -> list[str]:
    """Return the requests that may change the account."""
    return [f"{method} {path}" for method, path, _, _ in toolbox.api.requests if method != "GET"]
