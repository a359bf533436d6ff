"""The words about an argument that no place of its tool's request carries."""

from __future__ import annotations

from pytest_tavus.contract.tool.api_rules import BODYLESS
from pytest_tavus.contract.tool.tool import Tool


def uncarried(tool: Tool, argument: str) -> str:
    """Say that the handler never gets an argument."""
    return f"no place of the request of {tool.name!r} carries {argument!r}"


def to_carry(tool: Tool, argument: str) -> str:
    """Say where the argument can be put."""
    api = tool.delivery.api
    bodyless = api is not None and api.method in BODYLESS
    places = "url or query_params" if bodyless else "url, query_params or body_template"
    return f"write {{{argument}}} in {places} of the tool"
