"""The requests a tool makes, held against those that tavus-cli 0.11.0 was seen to make."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.contract.body import json_list, json_object
from pytest_tavus.simulator.mcp.table import TOOLS
from pytest_tavus.simulator.mcp.toolbox import ToolBox
from tests.simulator.mcp.box import StubApi
from tests.simulator.mcp.stub import answer

RECORDED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("official.json").read_text())

DEFAULTS: Mapping[str, Any] = {
    "alphabet": "ipa",
    "callback_url": "",
    "case_sensitive": False,
    "confirmation_mode": "auto",
    "method": "POST",
    "modality": "verbal",
    "on_resolve": "fire_and_forget",
    "output_variables": [],
    "tags": [],
    "timeout": 10,
    "word_boundaries": True,
}
"""What the official client writes out where nothing was given, and the API fills in by itself."""

NOT_RECORDED = {"tavus_scaffold_embed", "tavus_chat_turn", "tavus_pal_build_and_verify"}
"""The first asks nobody; the other two join rooms."""


def without_defaults(value: Any) -> Any:
    if (body := json_object(value)) is not None:
        return {
            key: without_defaults(inner)
            for key, inner in body.items()
            if key not in DEFAULTS or DEFAULTS[key] != inner
        }
    if (items := json_list(value)) is not None:
        return [without_defaults(item) for item in items]
    return value


def in_any_order(requests: Any) -> list[str]:
    """The official client asks for some things side by side."""
    return sorted(json.dumps(without_defaults(each), sort_keys=True) for each in requests)


@pytest.mark.asyncio
@pytest.mark.fidelity("mcp.requests")
@pytest.mark.parametrize(
    "row", RECORDED, ids=lambda row: f"{row['tool']}-{json.dumps(row['arguments'])[:60]}"
)
async def test_a_tool_asks_what_the_official_client_asks(row: dict[str, Any]) -> None:
    api = StubApi(answer)

    result = await ToolBox(api).call(row["tool"], row["arguments"])

    for _, path, _, body in api.requests:
        if row["tool"] == "tavus_pal_from_template" and path == "/pals":
            assert body.pop("system_prompt")
    assert in_any_order(api.requests) == in_any_order(row["requests"])
    assert (result.error is not None) == row["refused"]


def test_every_tool_that_asks_for_something_was_recorded() -> None:
    assert {row["tool"] for row in RECORDED} | NOT_RECORDED == set(TOOLS)


def test_a_default_that_was_changed_is_seen() -> None:
    assert in_any_order([["POST", "/tools", {}, {"timeout": 9}]]) != in_any_order(
        [["POST", "/tools", {}, {}]]
    )
