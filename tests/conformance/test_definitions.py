"""The tools that the installed official server lists are the recorded ones, on the wire."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.simulator.mcp.hosted import RECORDED
from tests.conformance.environments import Environment
from tests.conformance.processes import clean, ended_after, started

ERA = "2025-11-25"
SECONDS = 60.0

HELLO = {
    "protocolVersion": ERA,
    "capabilities": {},
    "clientInfo": {"name": "conformance", "version": "1"},
}


@pytest.mark.fidelity("conformance.definitions")
def test_the_installed_server_lists_what_was_recorded(
    official: Environment, tmp_path: Path
) -> None:
    listed = raw_listing(official.program("tavus-mcp"), tmp_path)

    assert listed == json.loads(files("pytest_tavus.simulator.mcp").joinpath(RECORDED).read_text())


def raw_listing(program: Path, home: Path) -> Any:
    """Return what a server answers to ``tools/list``, past every library that reads it."""
    asked = (
        {"id": 1, "method": "initialize", "params": HELLO},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
    )
    env = clean(home, {"TAVUS_API_KEY": "nobody's", "TAVUS_ENV": "PROD"})
    with started(program, env=env, cwd=home) as process, ended_after(process, SECONDS):
        assert process.stdin is not None
        assert process.stdout is not None
        for message in asked:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        answers = (json.loads(line) for line in process.stdout)
        return next(answer["result"] for answer in answers if answer.get("id") == 2)
