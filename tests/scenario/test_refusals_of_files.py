"""What is wrong with scenarios and files, told at its place."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.files import HEAD, SCENARIO, problems, turn_problems


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


GET = "get_order_status: {order_id: A}"
SAVES = f"{{{GET}, save: {{eta: result.eta}}}}"
READS = f"{{{GET}, result: {{eta: '{{saved.eta}}'}}}}"
BOTH = f"{{{GET}, save: {{eta: result.eta}}, result: {{eta: '{{saved.eta}}'}}}}"
SENDS = "{cancel_order: {order_id: '{saved.eta}'}, save: {eta: arguments.order_id}}"


@pytest.mark.parametrize(
    "turn",
    [
        f"calls: [{BOTH}]",
        f"calls: [{SENDS}]",
        f"calls: [{BOTH}, {SAVES}]",
        f"calls: [{READS}], save: {{eta: result.eta}}",
        f"calls: [{{unordered: [{READS}]}}, {{ordered: [{SAVES}]}}]",
    ],
)
def test_a_call_is_not_held_against_what_only_later_is_saved(tmp_path: Path, turn: str) -> None:
    (found,) = turn_problems(tmp_path, f"{{user: hi, {turn}}}")
    assert "{saved.eta} is used before 'eta' is saved" in found
    assert "hint: a call can use what earlier calls and earlier turns save" in found
    earlier = f"{{user: hi, calls: [{SAVES}]}}\n  - {{user: again, {turn}}}"
    assert turn_problems(tmp_path, earlier) == []


@pytest.mark.parametrize(
    "calls",
    [
        f"{SAVES}, {READS}",
        f"{SAVES}, {BOTH}",
        f"{{unordered: [{READS}, {SAVES}]}}",
        f"{{ordered: [{SAVES}]}}, {{unordered: [{READS}]}}",
    ],
)
def test_a_call_may_read_what_another_call_can_leave_to_it(tmp_path: Path, calls: str) -> None:
    assert turn_problems(tmp_path, f"{{user: hi, calls: [{calls}]}}") == []


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
