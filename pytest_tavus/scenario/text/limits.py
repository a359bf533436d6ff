"""What a file may cost, far above what people write by hand, and what it may name."""

from __future__ import annotations

from msgspec import Struct

from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.contract.tool.tool import Tool


def carries_all(_tool: Tool, _argument: str) -> bool:
    """Say that every argument is sent, where nobody knows how tools are delivered."""
    return True


MOST_ROWS = 10_000
"""Rows of one matrix. Each is a scenario."""


class FileLimits(Struct, frozen=True, kw_only=True):
    """Bounds of one file, beyond which it is refused before it can do harm."""

    max_bytes: int = 10 * 1024 * 1024
    max_nodes: int = 1_000_000
    "Values in the file, with every alias counted as all that it stands for."

    max_depth: int = 64
    "Values within values."

    max_includes: int = 500
    "Files followed from one file, each as often as it is included."

    other_files: bool = True
    "Whether it may name others, to include them or for a PAL. What came over a wire may not."

    hosts: tuple[str, ...] = ()
    "The hosts that tools may call. Empty: any."

    carries: Carries = carries_all
    "Which arguments of a tool's calls are sent. Nothing can be seen of others."

    local_tools: bool = False
    "Whether the URL of a tool may be a plain one of this machine, which Tavus could not reach."
