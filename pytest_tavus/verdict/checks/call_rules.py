"""Rules for every call, expected or not: calls are handled, are well formed, and save values."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_tavus.contract.tool.tool import Tool
from pytest_tavus.errors import did_you_mean
from pytest_tavus.matching.masked import require_known
from pytest_tavus.matching.text import describe, quote_text
from pytest_tavus.scenario.rules.rule import list_expected_calls
from pytest_tavus.scenario.values.model import Turn
from pytest_tavus.spans import Loc, SourceSpan, format_loc
from pytest_tavus.trace.facts import Decider
from pytest_tavus.verdict.call import UNREADABLE, Call, Show
from pytest_tavus.verdict.checks.call_failure import build_call_failure, is_unhandled
from pytest_tavus.verdict.checks.case import NOTHING_TO_CHECK, Case, CheckResult, TurnCase
from pytest_tavus.verdict.checks.deciders import save_decider
from pytest_tavus.verdict.checks.outcome import build_nothing_saved_finding, has_saved
from pytest_tavus.verdict.checks.schemas import SchemaError, describe_constraint, missing_name
from pytest_tavus.verdict.checks.words import format_pal_call, format_sent_call
from pytest_tavus.verdict.verdict import Difference, Finding


def call_span(call: Call, case: Case) -> SourceSpan:
    """Return the line of the scenario that causes a call: in `plays`, in `calls`, else its turn."""
    number = call.entry.turn
    turns = case.scenario.turns
    if not 0 < number <= len(turns):
        return case.scenario.where(case.scenario.at)
    turn = turns[number - 1]
    written = [at for at, tool in _list_written_calls(turn) if tool == call.name]
    if not written:
        return case.scenario.where(turn.at)
    observed = case.observed.turn(number)
    same = [each for each in (*observed.calls, *observed.calls_after) if each.name == call.name]
    index = next((index for index, each in enumerate(same) if each is call), 0)
    return case.scenario.where(written[min(index, len(written) - 1)])


def _list_written_calls(turn: Turn) -> Iterator[tuple[Loc, str]]:
    if turn.plays is not None and turn.plays.calls is not None:
        yield from ((call.at, call.tool) for wave in turn.plays.calls for call in wave)
    else:
        yield from ((call.at, call.tool) for call in list_expected_calls(turn.calls))


class NamedCalls:
    """The names of the called tools are known."""

    def check(self, case: Case) -> CheckResult:
        """Read the tool names in a masked trace.

        Raises:
            UnknownValueError: a name was masked before the trace was stored.

        """
        if case.trace.masked:
            for call in case.observed.calls.values():
                case.comparable_text(call.name)
        return NOTHING_TO_CHECK


class HandledCalls:
    """Something handles every call. An unhandled call fails, whatever its expected status."""

    def check(self, turn: TurnCase) -> CheckResult:
        if not turn.calls:
            return NOTHING_TO_CHECK
        return CheckResult(
            [_build_unhandled_finding(call, turn) for call in turn.calls if is_unhandled(call)]
        )


def _build_unhandled_finding(call: Call, turn: TurnCase) -> Finding:
    why = build_call_failure(call, turn.show)
    unsent = call.called.channel == "api" and call.fault is not None
    return Finding(
        kind="fault" if unsent else "unhandled_call",
        message=why.reason
        if unsent
        else f"{format_sent_call(call, turn.show)} reached nothing: {why.reason}",
        owner="test",
        span=call_span(call, turn.case),
        turn=turn.number,
        seqs=tuple(call.seqs),
        hint=why.detail if unsent else _unhandled_hint(call),
    )


def _unhandled_hint(call: Call) -> str:
    if call.called.channel == "app_message":
        return f"write what {call.name} answers under `client:`, or `unanswered: true` there"
    return "give the tool a handler, or a `canned:` answer that takes this call"


class WellFormedCalls:
    """Every call has a tool of the PAL and arguments that are valid by the tool's `parameters`."""

    def check(self, case: Case) -> CheckResult:
        findings: list[Finding] = []
        facts: list[Decider | None] = []
        for call in case.observed.calls.values():
            tool = case.tools.get(call.called.name)
            if tool is None:
                findings += _check_tool(call, case)
            elif call.called_arguments is UNREADABLE:
                findings.append(_build_unreadable_finding(call, case))
            elif not _is_unchecked(call, case):
                if call.masked:
                    require_known(call.called_arguments)
                facts.append(case.deciders.arguments_decider(call.called.filled_by))
                findings += _check_schema(call, tool, case)
        return CheckResult(findings, facts)


def _is_unchecked(call: Call, case: Case) -> bool:
    if "argument_schema" in case.scenario.unchecked:
        return True
    number = call.entry.turn
    turns = case.scenario.turns
    return 0 < number <= len(turns) and "argument_schema" in turns[number - 1].unchecked


def _check_tool(call: Call, case: Case) -> Iterator[Finding]:
    if call.name.startswith("tavus_"):
        return  # no PAL defines a system tool itself
    known = ", ".join(case.tools) or "none"
    yield _finding(
        call,
        case,
        f"the PAL called {case.show(call.name)!r}, which is not one of its tools",
        hint=did_you_mean(call.name, case.tools) or f"its tools: {known}",
    )


def _build_unreadable_finding(call: Call, case: Case) -> Finding:
    text = quote_text(case.show(call.called.arguments))
    return _finding(call, case, f"the arguments of {call.name} are not JSON: {text}")


def _check_schema(call: Call, tool: Tool, case: Case) -> Iterator[Finding]:
    error = case.rules.schemas.error(tool, call.called_arguments)
    if error is None:
        return
    yield _finding(
        call,
        case,
        f"{call.name} was called {_complaint(error, case.show)}",
        differences=(_difference(error, case.show),),
        hint=f"its parameters are at {case.tool_span(tool, 'parameters')}",
    )


def _difference(error: SchemaError, show: Show) -> Difference:
    name = missing_name(error)
    path = ("arguments", *error.path) if name is None else ("arguments", *error.path, name)
    actual = describe(show(error.found)) if name is None else "absent"
    expected = describe_constraint(error) if name is None else "required"
    return Difference(path=show(format_loc(path)), expected=expected, actual=actual)


def _complaint(error: SchemaError, show: Show) -> str:
    path = show(format_loc(("arguments", *error.path)))
    name = missing_name(error)
    if name is not None:
        return (
            f"without {format_loc(('arguments', *error.path, name))}, which its parameters require"
        )
    if error.keyword == "type":
        asked = describe_constraint(error)
        return f"with {path} {describe(show(error.found))}, where its parameters ask for {asked}"
    if show(error.found) != error.found:  # the message of the error would quote a secret
        return f"with {path} not as its parameters ask: {describe_constraint(error)}"
    return f"with {path} not as its parameters ask: {error.message}"


def _finding(
    call: Call,
    case: Case,
    message: str,
    *,
    differences: tuple[Difference, ...] = (),
    hint: str | None = None,
) -> Finding:
    return Finding(
        kind="invalid_arguments",
        message=message,
        owner="agent",
        span=call_span(call, case),
        turn=call.entry.turn,
        seqs=(call.entry.seq,),
        closest=format_pal_call(call, case.show),
        differences=differences,
        hint=hint,
    )


class SavedByTurn:
    """`save` of a turn: its last call provides the value."""

    def check(self, turn: TurnCase) -> CheckResult:
        paths = turn.turn.save
        if not paths or not turn.played:
            return NOTHING_TO_CHECK
        last = turn.calls[-1] if turn.calls else None
        missing = [(name, path) for name, path in paths.items() if not has_saved(turn, name)]
        found = [
            build_nothing_saved_finding(turn, last, name, path=path, at=turn.turn.at)
            for name, path in missing
        ]
        row = turn.deciders
        return CheckResult(found, [save_decider(path, last, row) for path in paths.values()])
