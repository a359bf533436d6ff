"""MCP clients of others at the simulated Tavus's MCP server, by OAuth and with a key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.simulator.mcp.hosted import load_recorded_definitions
from pytest_tavus.simulator.server.fixture import TavusServer
from tests.conformance.environments import Environment
from tests.conformance.terminal import Terminal

PROGRAMS = Path(__file__).parent / "programs"
NAMES = [each["name"] for each in load_recorded_definitions()]
NOTHING: dict[str, Any] = {"data": [], "returned_count": 0, "total_count": 0}


@pytest.mark.fidelity("conformance.other_clients")
def test_an_sdk_of_the_earlier_era_signs_in_and_calls(
    earlier_sdk: Environment, tavus: TavusServer, tmp_path: Path
) -> None:
    terminal = Terminal(earlier_sdk, home=tmp_path, given={})

    told = terminal.script(PROGRAMS / "earlier_sdk.py", f"{tavus.url}/mcp")

    assert told == {
        "era": "2025-11-25",
        "server": "tavus",
        "tools": NAMES,
        "called": NOTHING,
        "refused": True,
        "asked": 1,
        "token": "Bearer",
    }


@pytest.mark.fidelity("conformance.other_clients")
def test_fastmcp_signs_in_with_the_browser_and_calls(
    fastmcp: Environment, tavus: TavusServer, tmp_path: Path
) -> None:
    browser = f"{sys.executable} {PROGRAMS / 'browser.py'} %s &"
    terminal = Terminal(fastmcp, home=tmp_path, given={"BROWSER": browser})

    told = terminal.script(PROGRAMS / "fastmcp_client.py", f"{tavus.url}/mcp")

    assert told == {"tools": NAMES, "called": NOTHING, "refused": True}


def test_fastmcp_calls_with_a_key(fastmcp: Environment, tavus: TavusServer, tmp_path: Path) -> None:
    terminal = Terminal(fastmcp, home=tmp_path, given={})

    told = terminal.script(PROGRAMS / "fastmcp_client.py", f"{tavus.url}/mcp", tavus.api_key)

    assert told == {"tools": NAMES, "called": NOTHING, "refused": True}


def test_fastmcp_with_a_key_of_nobody_is_not_let_in(
    fastmcp: Environment, tavus: TavusServer, tmp_path: Path
) -> None:
    terminal = Terminal(fastmcp, home=tmp_path, given={})

    ran = terminal.run("python", str(PROGRAMS / "fastmcp_client.py"), f"{tavus.url}/mcp", "nobody")

    assert ran.code == 1
    assert "Server returned an error response" in ran.err
