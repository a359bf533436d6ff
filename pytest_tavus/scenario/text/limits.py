"""Limits on the cost of a file, far above the size of a handwritten file, and on its references."""

from __future__ import annotations

from msgspec import Struct

from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.contract.tool.tool import Tool


def carries_all(_tool: Tool, _argument: str) -> bool:
    """Assume that every argument is sent: the default of a caller that knows no delivery."""
    return True


MOST_ROWS = 10_000
"""Rows of one matrix. Each is a scenario."""


class FileLimits(Struct, frozen=True, kw_only=True):
    """Bounds of one file. The loader refuses a larger file before the file costs time or memory."""

    max_bytes: int = 10 * 1024 * 1024
    max_nodes: int = 1_000_000
    "Values in the file; each alias counts as all values of its anchor."

    max_depth: int = 64
    "Values within values."

    max_includes: int = 500
    "Files included from one file; a file that is included twice counts twice."

    other_files: bool = True
    "Whether the file may include others or name a PAL file. A file from a network client may not."

    hosts: tuple[str, ...] = ()
    "The hosts that tools may call. Empty: any."

    carries: Carries = carries_all
    "Tells the arguments that a tool's request carries. No check can observe the others."

    local_tools: bool = False
    "Whether a tool's URL may be a plain one on this machine, which Tavus itself cannot reach."
