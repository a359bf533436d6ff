"""Finds arguments that no part of their tool's request carries, so that no check can observe them.

An expectation of such an argument is an error; a played call with such an argument gets advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.contract.tool.api_rules import BODYLESS
from pytest_tavus.contract.tool.sent import Carries
from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import Problem
from pytest_tavus.matching.matcher import Matcher, list_parts
from pytest_tavus.matching.shape import is_mapping
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.text.problems import LocatedSource, ProblemLog
from pytest_tavus.scenario.values.model import CallExpectation, PlayedCall, Turn
from pytest_tavus.spans import Loc


def describe_unsent(tool: Tool, argument: str) -> str:
    return f"no place of the request of {tool.name!r} carries {argument!r}"


def suggest_placement(tool: Tool, argument: str) -> str:
    api = tool.delivery.api
    bodyless = api is not None and api.method in BODYLESS
    places = "url or query_params" if bodyless else "url, query_params or body_template"
    return f"write {{{argument}}} in {places} of the tool"


def check_arguments_sent(ruled: RuleContext) -> None:
    pal = ruled.scenario.pal
    for turn in ruled.scenario.turns:
        for call in list_expected_calls(turn.calls):
            for at, message, hint in _list_unsent(call, pal, ruled.carries):
                ruled.complain(at, message, f"{hint}, or do not expect it")


def unsent_lints(
    turns: Sequence[Turn], pal: Pal, *, source: LocatedSource, carries: Carries
) -> tuple[Problem, ...]:
    """Return the advice about played arguments that no request carries."""
    log = ProblemLog()
    for turn in turns:
        for wave in (turn.plays.calls if turn.plays is not None else None) or ():
            for call in wave:
                for at, message, hint in _list_unsent(call, pal, carries):
                    log.add(source, at, message, hint=f"{hint}, or do not play it")
    return log.problems()


def _list_unsent(
    call: CallExpectation | PlayedCall, pal: Pal, carries: Carries
) -> Iterator[tuple[Loc, str, str]]:
    tool = pal.tool(call.tool)
    if tool is None:
        return
    at = (*call.at, "arguments")
    for name, message, hint in list_unsent_arguments(tool, call.arguments, carries):
        yield (*at, name) if is_mapping(call.arguments) else at, message, hint


def list_unsent_arguments(
    tool: Tool, arguments: object, carries: Carries
) -> Iterator[tuple[str, str, str]]:
    """Yield name, message and hint of each expected argument that no request carries."""
    for name in dict.fromkeys(_names(arguments)):
        if not carries(tool, name):
            yield (
                name,
                f"{describe_unsent(tool, name)}, so nobody sees it",
                suggest_placement(tool, name),
            )


def _names(arguments: object) -> Iterator[str]:
    """Yield the arguments that an expectation names, also those inside ``!not {...}``."""
    if is_mapping(arguments):
        yield from map(str, arguments)
    elif isinstance(arguments, Matcher):
        for part in list_parts(arguments):
            yield from _names(part)
