"""What is wrong with expected calls, told at its place."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.files import HEAD, turn_problems


@pytest.mark.parametrize(
    ("calls", "column", "message"),
    [
        ("[]", 23, "calls is empty\n    hint: write calls: none where no call is expected"),
        ("~", 23, "calls is empty\n    hint: write a value, or leave the key out"),
        (
            "{show_map: {}}",
            23,
            "calls is a list, or none, and not a mapping\n    hint: begin each call with a dash",
        ),
        (
            "[{show_map: {}, resul: {a: 1}}]",
            39,
            "unknown key 'resul' in an expected call\n    hint: did you mean 'result'?",
        ),
        (
            "[{show_map: {}, cancel_order: {}}]",
            24,
            (
                "an expected call names one tool, but 'show_map' and 'cancel_order' stand in one entry\n"
                "    hint: begin each call with a dash of its own"
            ),
        ),
        (
            "[{result: {a: 1}}]",
            24,
            (
                "an expected call names no tool\n"
                "    hint: write the tool's name as a key, or under tool:"
            ),
        ),
        (
            "[{show_map: {}, arguments: {}}]",
            24,
            (
                "an expected call has arguments both under 'show_map' and under 'arguments'\n"
                "    hint: write tool: and arguments:, or the tool's name with its arguments"
            ),
        ),
        (
            "[{tool: show_map, args: {}}]",
            41,
            "unknown key 'args' in an expected call\n    hint: did you mean 'arguments'?",
        ),
        (
            "[{show_map: 5}]",
            35,
            (
                "the arguments of a call are a mapping of names to values, not 5\n"
                "    hint: write {name: value}; for a call with any arguments, leave them out"
            ),
        ),
        (
            "[{show_map: , status: 99}]",
            45,
            (
                "99 is not a status: write an HTTP status from 100 to 599, or one of "
                "success, error, timeout, unanswered, crash, unreadable, unreachable"
            ),
        ),
        (
            "[{show_map: , status: sucess}]",
            45,
            (
                "'sucess' is not a status: write an HTTP status from 100 to 599, or one of "
                "success, error, timeout, unanswered, crash, unreadable, unreachable\n    hint: did you mean 'success'?"
            ),
        ),
        (
            "[{show_map: , times: {min: 0}}]",
            44,
            "times allows any number of calls, so it cannot fail\n    hint: write min or max",
        ),
        (
            "[{show_map: , times: 0}]",
            44,
            (
                "times asks for no call, in a list of calls that are expected\n"
                "    hint: write the tool under never"
            ),
        ),
        (
            "[{show_map: , times: {min: 3, max: 2}}]",
            44,
            "times asks for at least 3 and at most 2 calls\n    hint: swap min and max",
        ),
        ("[{show_map: , times: {max: -1}}]", 50, "max is at least 0, not -1 (number)"),
        (
            "[{show_map: , result: {}}]",
            45,
            (
                "result: {} fits every answer, so it cannot fail\n"
                "    hint: write a value that the answer must have, or leave result out"
            ),
        ),
        (
            "[{show_map: , result: !any }]",
            45,
            (
                "result: !any fits every answer, so it cannot fail\n"
                "    hint: write a value that the answer must have, or leave result out"
            ),
        ),
        (
            "[{show_map: {place: !re '^A'}}]",
            35,
            (
                "the expected call of show_map cannot be played: its arguments hold the matcher !re '^A'\n"
                "    hint: write plays: {calls: [{show_map: <the arguments to send>}]}"
            ),
        ),
        (
            "[{show_map: {place: {$ree: x}}}]",
            43,
            "$ree is not a matcher\n    hint: did you mean '$re'?",
        ),
        (
            "[{unordered: [show_map], ordered: [cancel_order]}]",
            24,
            "a group of calls is either ordered or unordered\n    hint: nest one in the other",
        ),
        (
            "[{unordered: [{tool: show_map, exakt: true}]}]",
            54,
            "unknown key 'exakt' in an expected call\n    hint: did you mean 'exact'?",
        ),
        (
            "[{unordered: []}]",
            36,
            "the list is empty, so nothing would be asked\n    hint: leave the key out",
        ),
        (
            "[{show_map: , save: {1x: result.id}}]",
            48,
            "'1x' cannot be the name of a saved value\n    hint: use letters, digits and _",
        ),
    ],
)
def test_expected_calls_are_refused(tmp_path: Path, calls: str, column: int, message: str) -> None:
    assert turn_problems(tmp_path, f"{{user: hi, calls: {calls}}}") == [
        f"{HEAD}{column}: {message}"
    ]
