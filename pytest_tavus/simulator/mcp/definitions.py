"""The definitions of the tools, as the official server of tavus-cli 0.11.0 lists them. Data."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

RECORDED = "tavus-mcp-0.11.0.json"
"""The result of ``tools/list``, captured from the official server, nothing removed or added."""

Definition = dict[str, Any]
"""One tool as the server lists it: `name`, `title`, `inputSchema`, `annotations`, ..."""


def recorded_definitions() -> tuple[Definition, ...]:
    """Return the 81 recorded definitions, in the order in which the server lists them [client]."""
    text = files("pytest_tavus.simulator.mcp").joinpath(RECORDED).read_text(encoding="utf-8")
    return tuple(json.loads(text)["tools"])
