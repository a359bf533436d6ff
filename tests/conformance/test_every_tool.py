"""Every tool of the official MCP server, on the simulated Tavus, and beside the one of ours."""

from __future__ import annotations

import pytest

from pytest_tavus.simulator.mcp.hosted import load_recorded_definitions
from pytest_tavus.simulator.server.fixture import TavusServer
from tests.conformance.accepted import ACCEPTED
from tests.conformance.differences import differences, unaccepted
from tests.conformance.furnished import Account
from tests.conformance.invalid_calls import INVALID
from tests.conformance.speakers import Answer, Speaker
from tests.conformance.valid_calls import PORTAL_ONLY, VALID, WAITS


def called(tool: str, speaker: Speaker, account: Account, still: TavusServer) -> Answer:
    """Call a tool as it is meant, on an account that is as always."""
    arguments = account.furnish().filled(VALID[tool])
    if tool in WAITS:
        still.advance(WAITS[tool])
    return speaker.call(tool, arguments)


@pytest.mark.fidelity("conformance.every_tool")
@pytest.mark.parametrize("tool", VALID)
def test_a_tool_does_what_it_is_for_and_answers_as_ours(
    tool: str, account: Account, still: TavusServer, their_tools: Speaker, our_tools: Speaker
) -> None:
    theirs = called(tool, their_tools, account, still)
    ours = called(tool, our_tools, account, still)

    assert not theirs.failed, theirs.text
    assert not ours.failed, ours.text
    rows = [row for row in ACCEPTED if tool in row.tools]
    wrong = unaccepted(differences(theirs.value, ours.value), rows)
    assert not wrong, "\n".join(wrong)
    assert (theirs.structured is None) == (ours.structured is None)


@pytest.mark.fidelity("conformance.refusals")
@pytest.mark.parametrize("tool", INVALID)
def test_a_tool_refuses_what_is_wrong(
    tool: str, account: Account, their_tools: Speaker, our_tools: Speaker
) -> None:
    arguments, told = INVALID[tool]
    ids = account.furnish()

    theirs = their_tools.call(tool, ids.filled(arguments))
    ours = our_tools.call(tool, ids.filled(arguments))

    assert theirs.failed
    assert told in theirs.text
    assert ours.failed


def test_every_tool_is_called_both_ways() -> None:
    names = {each["name"] for each in load_recorded_definitions()}

    assert {*VALID, *PORTAL_ONLY} == names
    assert set(INVALID) == names
    assert len(names) == 81
    assert set(PORTAL_ONLY) == {"tavus_document_upload", "tavus_pal_knowledge_upload"}


def test_every_accepted_difference_is_of_a_tool_that_is_compared() -> None:
    assert {tool for row in ACCEPTED for tool in row.tools} <= set(VALID)
