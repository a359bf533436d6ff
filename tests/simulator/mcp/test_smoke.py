"""The test of a PAL that was built, and its judge."""

from __future__ import annotations

import pytest

from pytest_tavus.json_data import JsonObject
from pytest_tavus.simulator.mcp.building.build import judge_transcript as judged_by
from pytest_tavus.simulator.mcp.building.build import render_gaps
from pytest_tavus.simulator.mcp.client import ApiClient
from tests.simulator.mcp.box import StubApi, open_toolbox
from tests.simulator.mcp.builds import build_pal, judged_script


@pytest.mark.asyncio
async def test_a_missing_reply_to_a_probe_is_in_the_transcript() -> None:
    async with open_toolbox(judged_script("pass", "Ping")) as toolbox:
        result = await build_pal(toolbox, probes=[""])

    said, reply = result["smoke_transcript"]
    assert said == {"role": "user", "text": ""}
    assert reply == {
        "role": "assistant",
        "text": "",
        "error": "timeout: a line over the bridge has an empty `text`",
    }


@pytest.mark.asyncio
async def test_without_a_verdict_the_pal_does_not_pass() -> None:
    verdict = await judged_by(ApiClient(StubApi()), {}, [])

    assert verdict == {
        "objectives": [],
        "guardrails": [],
        "knowledge_base": {"used": False, "evidence": "there is no verdict"},
        "tools": [],
        "overall": "partial",
        "summary": "The judge answered without a verdict.",
    }


def test_the_gaps_of_a_verdict_are_listed_line_by_line() -> None:
    verdict: JsonObject = {
        "objectives": [
            {"name": "book", "satisfied": False, "evidence": "no date"},
            {"name": "greet", "satisfied": True},
        ],
        "guardrails": [{"name": "no_advice", "held": False, "evidence": "gave some"}],
        "tools": [{"name": "find", "invoked": False, "evidence": "never"}],
        "knowledge_base": {"used": False, "evidence": "not needed"},
    }

    assert render_gaps(verdict) == (
        "- the objective book was not reached: no date\n"
        "- the guardrail no_advice did not hold: gave some\n"
        "- the tool find was not called: never\n"
        "- the knowledge base was not used: not needed"
    )
    assert render_gaps({"summary": "So so."}) == "- So so."
    assert render_gaps({}) == "- It was not all covered."
