"""Bodies to start from: each is without a problem, and a test changes the one thing it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.pal.rules import problems
from pytest_tavus.contract.problem import RuleProblem
from pytest_tavus.contract.tool.rules import tool_problems
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.spans import Loc, format_loc

PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}},
    "required": ["order_id"],
}


def tool_body(**changes: Any) -> dict[str, Any]:
    """The body of an app-message tool."""
    return {
        "name": "get_order_status",
        "description": "The state of an order.",
        "parameters": PARAMETERS,
        "on_resolve": "generate_response",
        **changes,
    }


def api_body(**changes: Any) -> dict[str, Any]:
    """The body of a tool that is delivered over HTTP; `changes` are those of `delivery.api`."""
    api = {"url": "https://api.example.com/orders/{order_id}", **changes}
    return tool_body(delivery={"api": api})


def tool(**changes: Any) -> Tool:
    return Tool.from_json(tool_body(**changes))


def api_tool(**changes: Any) -> Tool:
    return Tool.from_json(api_body(**changes))


def pal(**changes: Any) -> Pal:
    return Pal.from_json({"pal_name": "Support", "tools": [tool_body()], **changes})


def told(found: Iterable[RuleProblem]) -> list[tuple[str, str]]:
    """Each problem as its path and its message."""
    return [(format_loc(problem.loc), problem.message) for problem in found]


def told_of_tool(tested: Tool) -> list[tuple[str, str]]:
    return told(tool_problems(tested))


def told_of_pal(tested: Pal) -> list[tuple[str, str]]:
    return told(problems(tested))


def only(found: Iterable[RuleProblem]) -> RuleProblem:
    """The single problem there is."""
    (problem,) = found
    return problem


def at(*steps: str | int) -> Loc:
    return steps
