"""Refuses scenarios that assert nothing, and expectations that always hold."""

from __future__ import annotations

from pytest_tavus.matching.matcher import Matcher, list_parts
from pytest_tavus.matching.matchers.presence import AbsentValue, AnyValue
from pytest_tavus.scenario.rules.rule import RuleContext, list_expected_calls
from pytest_tavus.scenario.values.model import SpeechExpectation, Turn


def check_asserts_something(ruled: RuleContext) -> None:
    scenario = ruled.scenario
    if scenario.judge is not None or scenario.never or any(map(_asserts, scenario.turns)):
        return
    ruled.complain(
        scenario.at,
        f"the scenario {scenario.name!r} asserts nothing, so it cannot fail",
        "write calls: (none where no call is expected), says:, events:, never: or judge:",
    )


def check_can_fail(ruled: RuleContext) -> None:
    """Refuse single expectations that always hold, or never."""
    for turn in ruled.scenario.turns:
        _check_turn(ruled, turn)
        for call in list_expected_calls(turn.calls):
            if call.expects_result and (call.result == {} or _is_any(call.result)):
                message = f"result: {call.result!r} fits every answer, so it cannot fail"
                hint = "write a value that the answer must have, or leave result out"
                ruled.complain((*call.at, "result"), message, hint)
            if call.within == 0:
                ruled.complain((*call.at, "within"), "nothing happens within 0 seconds", None)
    if ruled.scenario.deadline == 0:
        ruled.complain(ruled.place("deadline"), "a conversation takes more than 0 seconds", None)


def _is_any(value: object) -> bool:
    """Tell whether an expectation matches every value that is present."""
    if not isinstance(value, Matcher):
        return False
    if value.tag == "one_of":
        return any(map(_is_any, list_parts(value)))
    if value.tag == "all_of":
        return all(map(_is_any, list_parts(value)))
    if value.tag == "not":
        return isinstance(value.payload, AbsentValue)
    return isinstance(value, AnyValue)


def _check_turn(ruled: RuleContext, turn: Turn) -> None:
    says = turn.says
    if says is not None and says.equals is None and not _says_something(says):
        hint = "write a text to be heard, or contains, not, equals or matches"
        ruled.complain(says.at, "says asks for nothing, so it cannot fail", hint)
    if turn.extra and turn.calls is not None and not turn.calls.members:
        hint = "leave calls out, or write extra: refused in this turn"
        ruled.complain(turn.calls.at, "calls: none cannot fail where any call is allowed", hint)
    if turn.quiet == 0:
        message = "quiet for 0 seconds cannot fail"
        ruled.complain((*turn.at, "quiet"), message, "write how long: quiet: 2s")
    if turn.within == 0:
        ruled.complain((*turn.at, "within"), "nothing happens within 0 seconds", None)


def _says_something(says: SpeechExpectation) -> bool:
    return bool(says.contains or says.excludes or says.matches)


def _asserts(turn: Turn) -> bool:
    return (
        turn.calls is not None
        or turn.says is not None
        or bool(turn.events)
        or turn.quiet is not None
        or turn.within is not None
        or bool(turn.never)
        or bool(turn.save)
    )
