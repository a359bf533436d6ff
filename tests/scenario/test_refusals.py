"""What a scenario may not say: each refusal in full, at its place."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.files import SCENARIO, problems, turn_problems

HEAD = "orders.yaml:3:"


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
                "success, error, timeout, unanswered"
            ),
        ),
        (
            "[{show_map: , status: sucess}]",
            45,
            (
                "'sucess' is not a status: write an HTTP status from 100 to 599, or one of "
                "success, error, timeout, unanswered\n    hint: did you mean 'success'?"
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


@pytest.mark.parametrize(
    ("key", "column", "message"),
    [
        ("handlr: x", 1, "unknown key 'handlr' in a scenario\n    hint: did you mean 'handler'?"),
        ("judge: {}", 8, "judge asks for nothing\n    hint: write judge: {overall: pass}"),
        ("judge: {overall: passed}", 18, "overall is one of: pass, partial, fail, not 'passed' (text)\n    hint: did you mean 'pass'?"),
        ("judge: {tools: {show_mop: invoked}}", 27, "the PAL has no tool 'show_mop'\n    hint: did you mean 'show_map'?"),
        ("deadline: 0", 11, "a conversation takes more than 0 seconds"),
        ("alone: sometimes", 8, "alone is true or false, not 'sometimes' (text)"),
        ("lock: []", 7, "the list is empty, so nothing would be asked\n    hint: leave the key out"),
        ("lock: [a, 3]", 11, 'each of lock is text, not 3 (number)\n    hint: quote it: "3"'),
        ("tags: [a b]", 8, "'a b' cannot be the name of a pytest mark\n    hint: use letters, digits and _"),
        ("tags: skip", 7, "'skip' is a mark of pytest's own, with a meaning of its own\n    hint: write marks: with skip or xfail and a reason, or fixtures:"),
        ("marks: [skip]", 9, "skip needs a reason\n    hint: write skip: <why>"),
        ("marks: [{xfail: ''}]", 9, "xfail needs a reason\n    hint: write xfail: <why>"),
        ("marks: [{smoke: why}]", 9, "only skip and xfail take a reason, not 'smoke'\n    hint: write - smoke"),
        ("fixtures: [a-b]", 12, "'a-b' cannot be the name of a fixture\n    hint: use letters, digits and _"),
        ("env: [KEY=value]", 7, "this cannot be the name of an environment variable\n    hint: list names, not values"),
        ("handler: 'http://127.0.0.1:8000'", 10, "a handler as text is the import string of an app, not a URL\n    hint: write handler: {url: <the URL>}"),
        ("handler: {}", 10, "a handler is nowhere: no app, no command, no url and no canned answers\n    hint: write handler: package.module:app"),
        ("handler: {app: 'a:b', url: 'http://localhost:1'}", 10, "a handler is in one place, but app and url are given\n    hint: keep one of app, command and url"),
        ("handler: {url: 'http://example.com'}", 16, "'http://example.com' is not on this machine: the url of a handler is on loopback\n    hint: write http://127.0.0.1:<port>"),
        ("handler: {app: 'a:b', cwd: x}", 10, "cwd of a handler is only for command\n    hint: remove cwd"),
        ("handler: {canned: {show_map: {body: 1}}}", 30, "'show_map' is delivered as an app message, so no handler answers it\n    hint: write its answer under client"),
        ("handler: {canned: {cancel_order: {ok: true}}}", 35, "unknown key 'ok' in a canned answer\n    hint: the data that is answered stands under body"),
        ("handler: {canned: {cancel_order: {fault: timeout, status: 500}}}", 34, "a canned answer with a fault has no status and no body\n    hint: keep one of both"),
        ("handler: {canned: {cancel_order: {body: {at: !any }}}}", 46, "the matcher !any cannot stand here: this value is given, not compared\n    hint: write the value itself"),
        ("client: {cancel_order: done}", 24, "'cancel_order' is delivered to an API, so no client answers it\n    hint: write its answer under handler: canned, or let the handler give it"),
        ("client: {show_map: {}}", 20, "a client answer says neither output, nor call, nor unanswered\n    hint: write output: with what the client sends back"),
        ("client: {show_map: {output: x, unanswered: true}}", 20, "a client answer has both output and unanswered\n    hint: keep one of both"),
        ("client: {show_map: {output: !re x}}", 29, "the matcher !re 'x' cannot stand here: this value is given, not compared\n    hint: write the value itself"),
        ("parametrize: []", 14, "the list is empty, so nothing would be asked\n    hint: leave the key out"),
        ("parametrize: {matrix: {}}", 14, "parametrize is a list of rows, or a matrix with lists of values"),
    ],
)  # fmt: skip
def test_a_scenario_is_refused(tmp_path: Path, key: str, column: int, message: str) -> None:
    text = f"{key}\npal: support.pal.yaml\nturns: [{{user: hi, calls: none}}]\n"
    assert problems(tmp_path, text) == [f"orders.yaml:1:{column}: {message}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty, and no scenario\n    hint: write scenarios: with a list of them, or turns: for a single one"),
        ("- a\n", "1:1: the file holds [a] (list), and no scenario\n    hint: write scenarios: with a list of them, or turns: for a single one"),
        ("pal: support.pal.yaml\n", "1:1: the file has no scenario\n    hint: write scenarios: with a list of them, or turns: for a single one"),
        ("pal: support.pal.yaml\nscenaros: []\n", "2:1: unknown key 'scenaros' in a scenario file\n    hint: did you mean 'scenarios'?"),
        ("pal: support.pal.yaml\nscenarios: []\n", "2:12: scenarios is a list of scenarios\n    hint: write scenarios: with a list of them, or turns: for a single one"),
        ("pal: support.pal.yaml\nturns: []\n", "2:8: a scenario needs a list of turns\n    hint: write turns: with a first - user: <what the caller says>"),
        ("pal: support.pal.yaml\nscenarios: [{name: a}]\n", "2:13: a scenario needs a list of turns\n    hint: write turns: with a first - user: <what the caller says>"),
        ("pal: support.pal.yaml\nscenarios: [a]\n", "2:13: a scenario is a mapping, not 'a' (text)\n    hint: begin it with - name:"),
        ("turns: [{user: hi, calls: none}]\n", "1:1: a scenario needs a pal\n    hint: write pal: pals/support.pal.yaml"),
        ("pal: support.pal.yaml\nturns: [{user: hi}, {user: bye}]\n", "1:1: the scenario 'orders' asserts nothing, so it cannot fail\n    hint: write calls: (none where no call is expected), says:, events:, never: or judge:"),
        ("pal: support.pal.yaml\nname: [x]\nturns: [{user: hi, quiet: 1s}]\n", "2:7: the name of a scenario is one line of text, not [x] (list)"),
    ],
)  # fmt: skip
def test_a_file_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    assert problems(tmp_path, text) == [f"orders.yaml:{expected}"]


@pytest.mark.parametrize(
    "key", ["says", "plays", "events", "within", "quiet", "never", "extra", "save", "unchecked"]
)
def test_a_key_with_nothing_behind_it_is_refused(tmp_path: Path, key: str) -> None:
    assert turn_problems(tmp_path, f"{{user: hi, calls: none, {key}: }}") == [
        f"{HEAD}{31 + len(key)}: {key} is empty\n    hint: write a value, or leave the key out"
    ]


def test_names_are_given_once_and_to_every_scenario_of_a_list(tmp_path: Path) -> None:
    text = """\
        pal: support.pal.yaml
        scenarios:
          - {name: a, turns: [{user: hi, calls: none}]}
          - {name: a, turns: [{user: hi, calls: none}]}
          - {turns: [{user: hi, calls: none}]}
        """
    assert problems(tmp_path, text) == [
        "orders.yaml:4:12: two scenarios are named 'a'\n    hint: the other is in line 3",
        "orders.yaml:5:5: a scenario in a list needs a name\n    hint: begin it with - name:",
    ]


def test_a_row_without_a_value_is_named(tmp_path: Path) -> None:
    text = """\
        pal: support.pal.yaml
        parametrize: [{order: A}, {ordr: B}]
        turns: [{user: "{row.order}", calls: none}]
        """
    assert problems(tmp_path, text) == [
        "orders.yaml:3:16: {row.order} has no value in row 2\n    hint: did you mean 'ordr'?"
    ]


def test_a_value_is_saved_before_it_is_used(tmp_path: Path) -> None:
    text = """\
        pal: support.pal.yaml
        turns:
          - user: Cancel {saved.id}
            calls: [{cancel_order: {order_id: A}, save: {id: result.id, who: arguments.order_id}}]
            plays: It was {saved.id}.
          - user: And {saved.whom}?
            calls: none
        """
    assert problems(tmp_path, text) == [
        (
            "orders.yaml:3:11: {saved.id} is used before 'id' is saved\n"
            "    hint: a turn can use what earlier turns save"
        ),
        "orders.yaml:6:11: nothing is saved as 'whom'\n    hint: did you mean 'who'?",
    ]


def test_all_problems_of_a_file_come_in_one_pass_in_order(tmp_path: Path) -> None:
    text = (
        SCENARIO.replace("calls: none", "cals: none")
        .replace("- get_order_status:", "- get_order_statu:")
        .replace("overall: pass", "overall: yes")
        .replace("within: 2s", "witin: 2s")
        + "  - name: second\n    turns: [{user: hi}]\n    deadlin: 1s\n"
    )
    assert [one.splitlines()[0] for one in problems(tmp_path, text)] == [
        "orders.yaml:8:13: the PAL has no tool 'get_order_statu'",
        "orders.yaml:10:13: unknown key 'witin' in an expected call",
        "orders.yaml:14:9: unknown key 'cals' in a turn",
        "orders.yaml:15:22: the plain word yes is a boolean to some readers of YAML and text to others",
        "orders.yaml:18:5: unknown key 'deadlin' in a scenario",
    ]
