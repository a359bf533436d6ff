"""What a finding offers to write instead: YAML that the loader takes, or nothing at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_tavus.matching.compare import compare
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.matchers.presence import AbsentValue
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.matching.text import ABSENT, format_yaml
from pytest_tavus.scenario.rules.arguments import list_undeclared
from pytest_tavus.scenario.values.templates import escape
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.wanted import Expected
from pytest_tavus.verdict.seen import Call


def suggest_result(want: Expected, call: Call, turn: TurnCase) -> str | None:
    """Return the `result` that would have accepted the answer of a call."""
    accepted = fit_expectation(want.result, call.answer, exact=False, absent=True)
    if accepted == {}:
        return None  # which fits every answer, so that nobody may write it
    return _format_entry("result", accepted, turn)


def suggest_arguments(want: Expected, call: Call, turn: TurnCase) -> str | None:
    """Return the expected call that would have accepted the arguments of a call."""
    if call.differs or call.is_unclear:
        return None  # to expect what was sent would also make the PAL call it
    plays = turn.turn.plays
    # A matcher can stand only where something else says which arguments are sent.
    apart = plays is not None and plays.calls is not None
    exact = want.expectation.exact
    wanted, found = call.comparable_pair(want.arguments)
    accepted = fit_expectation(wanted, found, exact=exact, absent=apart)
    return _format_call(call.name, accepted, turn)


def suggest_calls(call: Call, turn: TurnCase) -> str | None:
    """Return the `calls` that would have expected a call."""
    unknown = call.differs or call.is_unclear
    written = None if unknown else _format_call(call.name, call.arguments, turn)
    return None if written is None else f"calls:\n  - {written}"


def fit_expectation(expected: Any, actual: Any, *, exact: bool, absent: bool) -> Any:
    """Return the smallest expectation that would have accepted `actual`.

    What is not there is left out or, where it may be, expected to be absent.
    """
    if is_mapping(expected) and is_mapping(actual):
        keys = actual if exact else [key for key in expected if absent or key in actual]
        return {
            key: fit_expectation(
                expected.get(key, ABSENT), actual.get(key, ABSENT), exact=exact, absent=absent
            )
            for key in keys
        }
    if not compare(expected, actual, exact=exact):
        return expected
    return AbsentValue() if actual is ABSENT else _escape_matchers(actual)


def _format_call(name: str, arguments: Any, turn: TurnCase) -> str | None:
    tool = turn.case.tools.get(name)
    if tool is None or not is_mapping(arguments):
        return None
    if not turn.is_unchecked("argument_schema") and any(list_undeclared(tool, arguments)):
        return None
    return _format_entry(format_yaml(name), arguments, turn)


def _format_entry(key: str, value: Any, turn: TurnCase) -> str | None:
    """Write a value; nothing where it holds a secret, whose mask would accept nothing."""
    return f"{key}: {format_yaml(escape(value))}" if turn.show(value) == value else None


def _escape_matchers(value: Any) -> Any:
    """Return data such that nothing in it is taken for a matcher."""
    if isinstance(value, Matcher):
        return value
    if is_mapping(value):
        if len(value) == 1 and str(next(iter(value))).startswith("$"):
            return {"$literal": value}
        entries: Mapping[Any, Any] = value
        return {key: _escape_matchers(item) for key, item in entries.items()}
    return [_escape_matchers(item) for item in value] if is_list(value) else value
