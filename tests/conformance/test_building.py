"""The official client builds PALs, has them judged, and hears the verdict of the scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from pytest_tavus.simulator.server.fixture import TavusServer
from tests.conformance.environments import Environment
from tests.conformance.processes import clean
from tests.conformance.scripts import built
from tests.conformance.speakers import over_stdio
from tests.conformance.terminal import Terminal

PROMPT = "A friendly order desk"
PROBE = "Where's my order?"
REPLY = "Which number has it?"

pytestmark = pytest.mark.fidelity("conformance.build_and_verify")


def hold(told: dict[str, Any], overall: str) -> None:
    """Require that what was built was tried, and judged as the scenario says."""
    well = overall == "pass"
    verdict = told["verdict"]
    assert (told["validated"], verdict["overall"]) == (well, overall)
    assert verdict["summary"] == "The verdict of the scenario 'what Friendly order desk says'."
    assert [each["held"] for each in verdict["guardrails"]] == [well]
    assert told["refine_rounds_used"] == (0 if well else 1)
    said = [row["text"] for row in told["smoke_transcript"] if row["role"] == "user"]
    heard = [row["text"] for row in told["smoke_transcript"] if row["role"] == "assistant"]
    assert said == [PROBE]
    assert heard == [REPLY]


@pytest.mark.parametrize("overall", ["pass", "partial"])
def test_the_command_line_builds_a_pal(
    overall: str, terminal: Terminal, tavus: TavusServer
) -> None:
    tavus.load(built("Friendly order desk", overall))

    told = terminal.tells("pal", "build", "--json", "--prompt", PROMPT, "--probe", PROBE)

    hold(told, overall)
    assert terminal.tells("pal", "get", told["pal_id"])["is_published"] is True


@pytest.mark.parametrize("overall", ["pass", "fail"])
def test_the_mcp_server_builds_a_pal(
    overall: str, official: Environment, portal: BlockingPortal, tavus: TavusServer, tmp_path: Path
) -> None:
    tavus.load(built("Friendly order desk", overall))
    env = clean(tmp_path, tavus.environ)

    with over_stdio(portal, official.program("tavus-mcp"), env=env, home=tmp_path) as speaker:
        answer = speaker.call("tavus_pal_build_and_verify", {"prompt": PROMPT, "probes": [PROBE]})

    assert not answer.failed, answer.text
    hold(answer.value, overall)
