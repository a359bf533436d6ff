"""Arguments of another type than their tool's: taken and refused as the official server does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.furnished import Account
from tests.conformance.speakers import Speaker
from tests.simulator.mcp.readings import LIMIT, READ, TAGS, UNREADABLE, VERBOSE

HARMLESS = {LIMIT, TAGS, VERBOSE, ("tavus_tool_list", "sort"), ("tavus_document_list", "tags")}
"""Lists, which fail for nothing but their arguments."""

FULL = 100
"""A page may have so many rows; the API refuses more, whoever asks."""


@pytest.mark.fidelity("mcp.arguments_are_read")
@pytest.mark.parametrize(("at", "given", "read"), [row for row in READ if row[0] in HARMLESS])
def test_what_is_read_here_is_read_there(
    at: tuple[str, str],
    given: Any,
    read: Any,
    account: Account,
    their_tools: Speaker,
    our_tools: Speaker,
) -> None:
    account.furnish()
    tool, name = at

    theirs, ours = (each.call(tool, {name: given}) for each in (their_tools, our_tools))

    assert "validation error" not in theirs.text
    assert not ours.text.startswith(f"{name}: expected")
    assert theirs.failed == ours.failed
    if read is None or 0 < read <= FULL:
        assert not ours.failed


@pytest.mark.fidelity("mcp.arguments_are_read")
@pytest.mark.parametrize(("at", "given"), [row for row in UNREADABLE if row[0] in HARMLESS])
def test_what_is_refused_here_is_refused_there(
    at: tuple[str, str], given: Any, account: Account, their_tools: Speaker, our_tools: Speaker
) -> None:
    account.furnish()
    tool, name = at

    theirs, ours = (each.call(tool, {name: given}) for each in (their_tools, our_tools))

    assert theirs.failed
    assert "validation error" in theirs.text
    assert ours.failed
    assert ours.text.startswith(name)


@pytest.mark.fidelity("mcp.no_resources_no_prompts")
def test_neither_server_has_resources_or_prompts(their_tools: Speaker, our_tools: Speaker) -> None:
    assert their_tools.beside_tools() == our_tools.beside_tools() == ([], [], [])
