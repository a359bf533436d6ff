"""The change that a finding suggests: YAML that the loader accepts, or nothing."""

from __future__ import annotations

from pytest_tavus.matching.compare import compare
from pytest_tavus.matching.matcher import Matcher
from pytest_tavus.matching.matchers.presence import AbsentValue
from pytest_tavus.matching.shape import is_list, is_mapping
from pytest_tavus.matching.text import ABSENT, format_yaml
from pytest_tavus.scenario.rules.arguments import list_undeclared
from pytest_tavus.scenario.values.templates import escape
from pytest_tavus.verdict.call import Call
from pytest_tavus.verdict.checks.case import TurnCase
from pytest_tavus.verdict.checks.expected import Expected


def suggest_result(expected: Expected, call: Call, turn: TurnCase) -> str | None:
    """Return the `result` that would have accepted the answer of a call."""
    accepted = fit_expectation(expected.result, call.answer, exact=False, absent=True)
    if accepted == {}:
        return None  # the loader refuses an expectation that every answer meets
    return _format_entry("result", accepted, turn)


def suggest_arguments(expected: Expected, call: Call, turn: TurnCase) -> str | None:
    """Return the expected call that would have accepted the arguments of a call."""
    if call.differs or call.is_unclear:
        # A script sends the expected arguments, so the change would also change the call.
        return None
    plays = turn.turn.plays
    # Expected arguments may hold a matcher only if `plays` has the arguments to send.
    apart = plays is not None and plays.calls is not None
    exact = expected.expectation.exact
    clear, found = call.comparable_pair(expected.arguments)
    accepted = fit_expectation(clear, found, exact=exact, absent=apart)
    return _format_call(call.name, accepted, turn)


def suggest_calls(call: Call, turn: TurnCase) -> str | None:
    """Return the `calls` that would have expected a call."""
    unknown = call.differs or call.is_unclear
    written = None if unknown else _format_call(call.name, call.arguments, turn)
    return None if written is None else f"calls:\n  - {written}"


def fit_expectation(expected: object, actual: object, *, exact: bool, absent: bool) -> object:
    """Return the smallest expectation that would have accepted `actual`.

    With `absent`, a missing value is expected to be absent; otherwise its key is left out.
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


def _format_call(name: str, arguments: object, turn: TurnCase) -> str | None:
    tool = turn.case.tools.get(name)
    if tool is None or not is_mapping(arguments):
        return None
    if not turn.is_unchecked("argument_schema") and any(list_undeclared(tool, arguments)):
        return None
    return _format_entry(format_yaml(name), arguments, turn)


def _format_entry(key: str, value: object, turn: TurnCase) -> str | None:
    # A mask in the place of a secret would match nothing.
    return f"{key}: {format_yaml(escape(value))}" if turn.show(value) == value else None


def _escape_matchers(value: object) -> object:
    """Wrap data that the loader would take for a matcher."""
    if isinstance(value, Matcher):
        return value
    if is_mapping(value):
        if len(value) == 1 and str(next(iter(value))).startswith("$"):
            return {"$literal": value}
        return {key: _escape_matchers(item) for key, item in value.items()}
    return [_escape_matchers(item) for item in value] if is_list(value) else value
