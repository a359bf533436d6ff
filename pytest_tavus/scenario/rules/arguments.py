"""Refuses expectations of arguments that a tool does not declare, because no model sends them.

JSON Schema allows undeclared properties. A tool that takes them has a keyword such as
`additionalProperties`; a scenario switches the rule off with `unchecked: argument_schema`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.values.model import Scenario, Turn
from pytest_tavus.spans import Loc

ToolArguments = tuple[Loc, str, object]
"""The path of arguments, the name of their tool, and the arguments."""

OPEN = frozenset(
    {"$ref", "additionalProperties", "allOf", "anyOf", "if", "oneOf", "patternProperties"}
)
"""Keywords of a schema that may allow more names than its `properties`."""


def check_argument_names(ruled: RuleContext) -> None:
    scenario = ruled.scenario
    for at, name, arguments in (*_list_call_arguments(scenario), *_list_selecting_arguments(ruled)):
        tool = scenario.pal.tool(name)
        if tool is None or not is_mapping(arguments):
            continue
        for argument in arguments:
            refusal = check_argument(tool, argument)
            if refusal is not None:
                ruled.complain((*at, str(argument)), *refusal)


def check_argument(tool: Tool, name: object) -> tuple[str, str] | None:
    """Return message and hint for an argument that its tool does not declare."""
    for argument in list_undeclared(tool, (name,)):
        declared = list(_find_parameters(tool) or ())
        known = f"its parameters are: {', '.join(declared)}" if declared else "it has none at all"
        message = f"the tool {tool.name!r} has no parameter {argument!r}"
        return message, did_you_mean(argument, declared) or known
    return None


def list_undeclared(tool: Tool, arguments: Iterable[object]) -> Iterator[str]:
    """Yield the names that a tool does not declare; none if its schema allows other names."""
    declared = _find_parameters(tool)
    if declared is None:
        return
    for argument in arguments:
        if argument not in declared:
            yield str(argument)


def _find_parameters(tool: Tool) -> Mapping[str, object] | None:
    """Return the parameters of a tool; `None` if its schema allows others."""
    properties = tool.parameters.get("properties")
    return properties if is_mapping(properties) and OPEN.isdisjoint(tool.parameters) else None


def _list_call_arguments(scenario: Scenario) -> Iterator[ToolArguments]:
    for turn in scenario.turns:
        if "argument_schema" in scenario.unchecked or "argument_schema" in turn.unchecked:
            continue
        for call in list_expected_calls(turn.calls):
            yield (*call.at, "arguments"), call.tool, call.arguments
        yield from _list_played_arguments(turn)


def _list_played_arguments(turn: Turn) -> Iterator[ToolArguments]:
    for wave in (turn.plays.calls if turn.plays is not None else None) or ():
        for call in wave:
            yield (*call.at, "arguments"), call.tool, call.arguments


def _list_selecting_arguments(ruled: RuleContext) -> Iterator[ToolArguments]:
    """Yield the arguments that forbid calls and that select answers."""
    scenario = ruled.scenario
    for pattern in (*scenario.never, *(each for turn in scenario.turns for each in turn.never)):
        yield (*pattern.at, "arguments"), pattern.tool, pattern.arguments
    canned = () if scenario.handler is None else scenario.handler.canned.items()
    for name, answers in (*canned, *scenario.client.items()):
        for answer in answers:
            yield (*answer.at, "when"), name, answer.when
