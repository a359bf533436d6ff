"""Refuses unknown names of tools, events, objectives, guardrails, tags and variables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from pytest_tavus.contract.event_types import EVENT_TYPES
from pytest_tavus.contract.pal.pal import Pal
from pytest_tavus.errors import did_you_mean
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.values.model import JudgeRules, Scenario
from pytest_tavus.spans import Loc

_PYTEST_MARKS = frozenset(
    {"skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings"}
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_tool_names(ruled: RuleContext) -> None:
    tools = [tool.name for tool in ruled.scenario.pal.tools]
    for at, name in _list_tool_names(ruled):
        if name not in tools:
            ruled.complain(at, *describe_unknown_tool(name, tools))


def check_post_call_tools(ruled: RuleContext) -> None:
    """Refuse calls of post-call tools, which run once, after the end of the conversation [doc]."""
    scenario = ruled.scenario
    late = {tool.name for tool in scenario.pal.tools if tool.is_post_call}
    for at, name in (
        (*_list_called_names(scenario), *_list_forbidden_names(scenario)) if late else ()
    ):
        if name in late:
            ruled.complain(at, *describe_late_call(name))


def describe_late_call(name: str) -> tuple[str, str]:
    """Return message and hint for a post-call tool that a scenario expects in the conversation."""
    message = f"{name!r} is a post-call tool: it is not called within the conversation"
    return message, "a tool for the conversation has trigger_type: in_call"


def _list_called_names(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    for turn in scenario.turns:
        yield from ((call.at, call.tool) for call in list_expected_calls(turn.calls))
        if turn.plays is not None:
            yield from ((call.at, call.tool) for wave in turn.plays.calls or () for call in wave)


def _list_forbidden_names(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    for pattern in (*scenario.never, *(each for turn in scenario.turns for each in turn.never)):
        yield pattern.at, pattern.tool


def describe_unknown_tool(name: str, tools: Collection[str]) -> tuple[str, str]:
    """Return message and hint for a name that the PAL's tools do not have."""
    known = f"the tools of the PAL are: {', '.join(tools)}" if tools else "the PAL has no tools"
    return f"the PAL has no tool {name!r}", did_you_mean(name, tools) or known


def rule_tools(rules: JudgeRules) -> Iterator[tuple[Loc, str]]:
    """Yield path and name of each tool in the rules of a judge."""
    for objective in rules.objectives.values():
        for index, name in enumerate(objective.called):
            yield (*objective.at, "called", index), name
    for guardrail in rules.guardrails.values():
        for index, name in enumerate(guardrail.never_called):
            yield (*guardrail.at, "never_called", index), name


def check_channels(ruled: RuleContext) -> None:
    """Refuse client answers for API tools, and canned answers for app message tools."""
    scenario = ruled.scenario
    for name in scenario.client:
        tool = scenario.pal.tool(name)
        if tool is not None and tool.channel == "api":
            message = f"{name!r} is delivered to an API, so no client answers it"
            hint = "write its answer under handler: canned, or let the handler give it"
            ruled.complain((*ruled.place("client"), name), message, hint)
    for name in scenario.handler.canned if scenario.handler is not None else ():
        tool = scenario.pal.tool(name)
        if tool is not None and tool.channel == "app_message":
            message = f"{name!r} is delivered as an app message, so no handler answers it"
            hint = "write its answer under client"
            ruled.complain((*ruled.place("handler"), "canned", name), message, hint)


def check_event_types(ruled: RuleContext) -> None:
    for turn in ruled.scenario.turns:
        for event in turn.events:
            if event.event_type not in EVENT_TYPES:
                hint = did_you_mean(event.event_type, EVENT_TYPES)
                known = f"one of: {', '.join(sorted(EVENT_TYPES))}"
                message = f"Tavus has no event {event.event_type!r}"
                ruled.complain((*event.at, event.event_type), message, hint or known)


def check_judge_subjects(ruled: RuleContext) -> None:
    judge = ruled.scenario.judge
    if judge is None:
        return
    objectives, guardrails = subjects(ruled.scenario.pal)
    for kind, asked, known in (
        ("objective", judge.objectives, objectives),
        ("guardrail", judge.guardrails, guardrails),
    ):
        for name in asked:
            if known and name not in known:
                hint = did_you_mean(name, known) or f"they are: {', '.join(known)}"
                message = f"the PAL has no {kind} {name!r}"
                ruled.complain((*judge.at, f"{kind}s", name), message, hint)


def subjects(pal: Pal) -> tuple[list[str], list[str]]:
    """Return the names of the objectives and of the guardrails in the PAL file itself."""
    listed = () if pal.objectives is None else pal.objectives.data
    objectives = [objective.objective_name for objective in listed]
    return objectives, [guardrail.guardrail_name for guardrail in pal.guardrails]


def check_pytest_names(ruled: RuleContext) -> None:
    """Refuse names that pytest or the environment cannot take."""
    scenario = ruled.scenario
    for index, tag in enumerate(scenario.tags):
        _check_mark_name(ruled, (*ruled.place("tags"), index), tag)
    for index, mark in enumerate(scenario.marks):
        if mark.reason is None:
            _check_mark_name(ruled, (*ruled.place("marks"), index), mark.name)
    for index, name in enumerate(scenario.fixtures):
        if not name.isidentifier():
            message = f"{name!r} cannot be the name of a fixture"
            ruled.complain((*ruled.place("fixtures"), index), message, "use letters, digits and _")
    for index, name in enumerate(scenario.env):
        if _VARIABLE.fullmatch(name) is None:
            # The message does not quote the entry, which may be NAME=value or the value itself.
            message = "this cannot be the name of an environment variable"
            ruled.complain((*ruled.place("env"), index), message, "list names, not values")


def check_plain_variables(ruled: RuleContext) -> None:
    """Refuse an unknown name in `plain`: because of a typo, a value would stay masked."""
    scenario = ruled.scenario
    handler = () if scenario.handler is None else scenario.handler.env
    known = (*scenario.env, *handler)
    for index, name in enumerate(scenario.plain):
        if name not in known:
            message = f"plain names {name!r}, which is neither under env nor under handler.env"
            hint = did_you_mean(name, known) or f"write env: [{name}], or leave it out"
            ruled.complain((*ruled.place("plain"), index), message, hint)


def _check_mark_name(ruled: RuleContext, at: Loc, name: str) -> None:
    if not name.isidentifier():
        message = f"{name!r} cannot be the name of a pytest mark"
        ruled.complain(at, message, "use letters, digits and _")
    elif name in _PYTEST_MARKS:
        message = f"{name!r} is a mark of pytest's own, with a meaning of its own"
        ruled.complain(at, message, "write marks: with skip or xfail and a reason, or fixtures:")


def _list_tool_names(ruled: RuleContext) -> Iterator[tuple[Loc, str]]:
    scenario = ruled.scenario
    yield from _list_called_names(scenario)
    yield from _list_forbidden_names(scenario)
    yield from (((*ruled.place("client"), name), name) for name in scenario.client)
    if scenario.handler is not None:
        here = (*ruled.place("handler"), "canned")
        yield from (((*here, name), name) for name in scenario.handler.canned)
    yield from _list_judged_tools(scenario)


def _list_judged_tools(scenario: Scenario) -> Iterator[tuple[Loc, str]]:
    if scenario.judge is not None:
        here = (*scenario.judge.at, "tools")
        yield from (((*here, name), name) for name in scenario.judge.tools)
        own = scenario.judge.at
        yield from (
            (at, name) for at, name in rule_tools(scenario.judge_rules) if at[: len(own)] == own
        )
