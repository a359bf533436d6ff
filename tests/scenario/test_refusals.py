"""What a scenario may not say: each refusal in full, at its place."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.contract.reader import plan_of
from pytest_tavus.scenario.values.turn_values import SpeechExpectation
from tests.scenario.files import HEAD, turn_problems


@pytest.mark.parametrize(
    ("turn", "column", "message"),
    [
        (
            "{usr: hi, user: hi, quiet: 1s}",
            6,
            "unknown key 'usr' in a turn\n    hint: did you mean 'user'?",
        ),
        (
            "{user: hi, quiet: 1s, xyzzy: 1}",
            27,
            (
                "unknown key 'xyzzy' in a turn\n    hint: the keys of a turn are: user, calls, says, plays, "
                "events, within, quiet, never, extra, save, unchecked"
            ),
        ),
        ("{quiet: 1s}", 5, "a turn needs the key 'user'"),
        ("hi", 5, "this is a mapping, not 'hi' (text)"),
        ("{user: 5, quiet: 1s}", 12, 'user is text, not 5 (number)\n    hint: quote it: "5"'),
        ('{user: "", quiet: 1s}', 12, "the text is empty"),
        (
            "{user: !re x, quiet: 1s}",
            12,
            (
                "the matcher !re 'x' cannot stand here: user is text\n"
                "    hint: matchers stand where values are compared, such as arguments and result"
            ),
        ),
        (
            "{user: hi, within: soon}",
            24,
            "'soon' is not a duration: write 2s, 300ms, or a number of seconds",
        ),
        (
            "{user: hi, quiet: 0}",
            23,
            "quiet for 0 seconds cannot fail\n    hint: write how long: quiet: 2s",
        ),
        ("{user: hi, within: 0s}", 24, "nothing happens within 0 seconds"),
        (
            "{user: hi, extra: alowed, quiet: 1s}",
            23,
            "extra is one of: allowed, refused, not 'alowed' (text)\n    hint: did you mean 'allowed'?",
        ),
        (
            "{user: hi, unchecked: [on_cal], quiet: 1s}",
            28,
            (
                "each of unchecked is one of: on_call, on_resolve, argument_schema, not 'on_cal' (text)\n"
                "    hint: did you mean 'on_call'?"
            ),
        ),
        (
            "{user: hi, says: {}}",
            22,
            (
                "says asks for nothing, so it cannot fail\n"
                "    hint: write a text to be heard, or contains, not, equals or matches"
            ),
        ),
        (
            "{user: hi, says: {contains: ''}, plays: x}",
            33,
            "the text is empty, and an empty text is in everything\n    hint: write a text",
        ),
        (
            "{user: hi, says: {contains: []}, plays: x}",
            33,
            "the list is empty, so nothing would be asked\n    hint: leave the key out",
        ),
        (
            "{user: hi, says: [5], plays: x}",
            23,
            'each of contains is a text or a matcher, not 5 (number)\n    hint: quote it: "5"',
        ),
        (
            "{user: hi, says: {matches: '.*'}, plays: x}",
            32,
            "'.*' matches every text, so it cannot fail",
        ),
        (
            "{user: hi, says: {matches: 'x?'}, plays: x}",
            32,
            "'x?' matches every text, so it cannot fail",
        ),
        (
            "{user: hi, says: {matches: '('}, plays: x}",
            32,
            "'(' is not a regular expression: missing ), unterminated subpattern at position 0",
        ),
        (
            "{user: hi, says: {contain: x}, plays: x}",
            23,
            "unknown key 'contain' in says\n    hint: did you mean 'contains'?",
        ),
        (
            "{user: hi, never: []}",
            23,
            "the list is empty, so nothing would be asked\n    hint: leave the key out",
        ),
        (
            "{user: hi, events: []}",
            24,
            "the list is empty, so nothing would be asked\n    hint: leave the key out",
        ),
        (
            "{user: hi, events: [conversation.utteranc]}",
            25,
            "Tavus has no event 'conversation.utteranc'\n    hint: did you mean 'conversation.utterance'?",
        ),
        (
            "{user: hi, never: cancel_ordr}",
            23,
            "the PAL has no tool 'cancel_ordr'\n    hint: did you mean 'cancel_order'?",
        ),
        (
            "{user: hi, never: refund}",
            23,
            (
                "the PAL has no tool 'refund'\n"
                "    hint: the tools of the PAL are: get_order_status, cancel_order, show_map"
            ),
        ),
        (
            "{user: hi, quiet: 1s, plays: {calls: [show_mop]}}",
            43,
            "the PAL has no tool 'show_mop'\n    hint: did you mean 'show_map'?",
        ),
        (
            "{user: hi, quiet: 1s, plays: {calls: [{show_map: {place: !re x}}]}}",
            62,
            (
                "the matcher !re 'x' cannot stand here: this value is given, not compared\n"
                "    hint: write the value itself"
            ),
        ),
        (
            "{user: hi, quiet: 1s, plays: {calls: [{show_map: {place: {$re: x}}}]}}",
            62,
            (
                "the matcher $re cannot stand here: this value is given, not compared\n"
                "    hint: data that looks so is written {$literal: ...}"
            ),
        ),
        (
            "{user: hi, says: hello}",
            22,
            (
                "speech is expected, but nothing says what a simulated PAL says in this turn\n"
                "    hint: write plays: <what the PAL says>"
            ),
        ),
        (
            "{user: hi, calls: none, plays: 'It is {result.x}'}",
            36,
            (
                "the placeholder {result.x} reads an answer, and no call has been made\n"
                "    hint: write calls: in this turn or in one before it"
            ),
        ),
        (
            "{user: hi, calls: [{cancel_order: {order_id: A}}], plays: 'Order {ordr_id}'}",
            63,
            (
                "the placeholder {ordr_id} names neither an argument nor an answer\n"
                "    hint: did you mean 'order_id'?; a brace as text is written twice"
            ),
        ),
        (
            "{user: '{saved.id}', quiet: 1s}",
            12,
            "nothing is saved as 'id'\n    hint: write save: {id: result.<path>} on a call",
        ),
        (
            "{user: '{env.KEY}', quiet: 1s}",
            12,
            "the environment variable 'KEY' is not among those under env\n    hint: write env: [KEY]",
        ),
        (
            "{user: '{row.x}', quiet: 1s}",
            12,
            "{row.x} reads a row, and there are none\n    hint: write parametrize: with a list of rows",
        ),
        (
            "{user: hi, save: {id: reslt.id}}",
            27,
            (
                "'reslt.id' is not the path of a value to save\n"
                "    hint: write result.<path> or arguments.<path>"
            ),
        ),
    ],
)
def test_a_turn_is_refused(tmp_path: Path, turn: str, column: int, message: str) -> None:
    assert turn_problems(tmp_path, turn) == [f"{HEAD}{column}: {message}"]


SPEECH = {"contains": "hello", "not": "bye", "equals": "hello", "matches": "^h"}
"""Each key of `says` with a value that can fail."""


def test_every_key_of_says_has_a_sample() -> None:
    assert plan_of(SpeechExpectation).fields.keys() == SPEECH.keys()


@pytest.mark.parametrize("key", SPEECH)
def test_a_key_of_says_is_an_expectation_by_itself(key: str, tmp_path: Path) -> None:
    turn = f"{{user: hi, plays: hello, says: {{{key}: {SPEECH[key]}}}}}"

    assert turn_problems(tmp_path, turn) == []
