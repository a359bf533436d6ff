"""The official client builds PALs, has them judged, and hears the verdict of the scenario."""

from __future__ import annotations

from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from pytest_tavus.server.fixture import TavusServer
from tests.conformance.environments import Environment
from tests.conformance.processes import clean
from tests.conformance.scripts import built
from tests.conformance.speakers import over_stdio
from tests.conformance.terminal import Terminal

PROBE = "Where's my order?"


@pytest.mark.fidelity("conformance.build_and_verify")
def test_the_command_line_builds_a_pal_that_passes(terminal: Terminal, tavus: TavusServer) -> None:
    tavus.load(built("Friendly order desk", "pass"))

    told = terminal.tells(
        "pal", "build", "--json", "--prompt", "A friendly order desk", "--probe", PROBE
    )

    verdict = told["verdict"]
    assert (told["validated"], verdict["overall"], told["refine_rounds_used"]) == (True, "pass", 0)
    assert verdict["summary"] == "The verdict of the scenario 'what Friendly order desk says'."
    assert [each["held"] for each in verdict["guardrails"]] == [True]
    heard = [row["text"] for row in told["smoke_transcript"] if row["role"] == "assistant"]
    assert [text.splitlines()[-1] for text in heard] == ["Which number has it?"]
    published = terminal.tells("pal", "get", told["pal_id"])
    assert published["is_published"] is True


@pytest.mark.fidelity("conformance.build_and_verify")
@pytest.mark.parametrize("overall", ["partial", "fail"])
def test_the_mcp_server_builds_a_pal_that_does_not_pass(
    overall: str, official: Environment, portal: BlockingPortal, tavus: TavusServer, tmp_path: Path
) -> None:
    tavus.load(built("Friendly order desk", overall))
    env = clean(tmp_path, tavus.environ)

    with over_stdio(portal, official.program("tavus-mcp"), env=env, home=tmp_path) as speaker:
        answer = speaker.call(
            "tavus_pal_build_and_verify", {"prompt": "A friendly order desk", "probes": [PROBE]}
        )

    assert not answer.failed, answer.text
    told = answer.value
    assert (told["validated"], told["verdict"]["overall"]) == (False, overall)
    assert told["refine_rounds_used"] == 1
    assert [each["held"] for each in told["verdict"]["guardrails"]] == [False]
