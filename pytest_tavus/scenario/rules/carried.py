"""Arguments that no place of their tool's request carries: nothing can be seen of them.

An expectation of one is an error; a call that is played with one is advice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

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
    """Say that the handler never gets an argument."""
    return f"no place of the request of {tool.name!r} carries {argument!r}"


def suggest_placement(tool: Tool, argument: str) -> str:
    """Say where the argument can be put."""
    api = tool.delivery.api
    bodyless = api is not None and api.method in BODYLESS
    places = "url or query_params" if bodyless else "url, query_params or body_template"
    return f"write {{{argument}}} in {places} of the tool"


def check_arguments_sent(ruled: RuleContext) -> None:
    """Refuse an expected argument that no request of the tool carries."""
    pal = ruled.scenario.pal
    for turn in ruled.scenario.turns:
        for call in list_expected_calls(turn.calls):
            for at, message, hint in _list_unsent(call, pal, ruled.carries):
                ruled.complain(at, message, f"{hint}, or do not expect it")


def unsent_lints(
    turns: Sequence[Turn], pal: Pal, *, source: LocatedSource, carries: Carries
) -> tuple[Problem, ...]:
    """Return the advice about arguments that are played and never sent."""
    ledger = ProblemLog()
    for turn in turns:
        for wave in (turn.plays.calls if turn.plays is not None else None) or ():
            for call in wave:
                for at, message, hint in _list_unsent(call, pal, carries):
                    ledger.add(source, at, message, hint=f"{hint}, or do not play it")
    return ledger.problems()


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
    tool: Tool, arguments: Any, carries: Carries
) -> Iterator[tuple[str, str, str]]:
    """Yield the expected arguments that no request of the tool carries, with message and hint."""
    for name in dict.fromkeys(_names(arguments)):
        if not carries(tool, name):
            yield (
                name,
                f"{describe_unsent(tool, name)}, so nobody sees it",
                suggest_placement(tool, name),
            )


def _names(arguments: Any) -> Iterator[str]:
    """Yield the arguments that an expectation names, those inside ``!not {...}`` included."""
    if is_mapping(arguments):
        yield from map(str, arguments)
    elif isinstance(arguments, Matcher):
        for part in list_parts(arguments):
            yield from _names(part)
