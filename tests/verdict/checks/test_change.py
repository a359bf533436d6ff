"""What a finding offers to write instead is something that can be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.scenario.load.parse import load_scenarios
from pytest_tavus.scenario.values.model import CallExpectation, Plays, Turn
from tests.verdict.checks.story import ANSWER, ORDER, Story, expect, in_order, report, tool, turn

PAL = """\
pal:
  tools:
    - name: get_order_status
      description: A tool.
      parameters: {type: object, properties: {order_id: {}, size: {}}}
      delivery: {api: {url: "https://shop.example/get_order_status"}}
"""


ANY_ARGUMENTS = (tool(parameters={"type": "object", "properties": {"order_id": {}, "size": {}}}),)


def load_expectation(directory: Path, entry: str, *, plays: str = "hello") -> CallExpectation:
    """Load an expected call that is written on one line, in a file of its own."""
    path = directory / "s.yaml"
    path.write_text(
        f"{PAL}turns:\n  - user: hi\n    calls:\n      - {entry}\n    plays: {plays}\n",
        encoding="utf-8",
    )
    (scenario,) = load_scenarios(path, root=directory)
    calls = scenario.turns[0].calls
    assert calls is not None
    (call,) = calls.members
    assert isinstance(call, CallExpectation)
    return call


def change_of(story: Story, wanted: Turn) -> str | None:
    (finding,) = report(story, wanted, tools=ANY_ARGUMENTS).findings
    return finding.change


@pytest.mark.parametrize(
    ("wanted", "answer", "change"),
    [
        ({"status": "done"}, ANSWER, "result: {status: out_for_delivery}"),
        ({"label": "x"}, ANSWER, "result: {label: !absent }"),
        ({"label": {"id": 1}}, {"label": {}}, "result: {label: {id: !absent }}"),
        ({"note": "x"}, {"note": "a {b} c"}, "result: {note: 'a {{b}} c'}"),
        ({"note": "x"}, {"note": {"$re": "^y"}}, "result: {note: {'$literal': {'$re': '^y'}}}"),
        ({"note": "x"}, {"note": "yes"}, "result: {note: 'yes'}"),
        ({"note": 1}, {"note": 1e22}, "result: {note: 1e+22}"),
        ({"note": 1}, {"note": "line\nline"}, 'result: {note: "line\\nline"}'),
        ({"note": 1}, {"note": None}, "result: {note: null}"),
        (["x"], {}, None),
        ({"x": 1}, "", "result: null"),
    ],
)
def test_a_suggested_result_loads_and_accepts_the_answer(
    tmp_path: Path, wanted: Any, answer: Any, change: str | None
) -> None:
    story = Story().user().call(output=answer).pal("hi").end()
    suggested = change_of(story, turn(in_order(expect(result=wanted, expects_result=True))))
    assert suggested == change
    if change is None:
        return
    call = load_expectation(tmp_path, f"get_order_status: {{}}\n        {change}")
    again = turn(in_order(expect(result=call.result, expects_result=True)))
    assert report(story, again).findings == ()


@pytest.mark.parametrize(
    ("arguments", "sent", "change"),
    [
        (ORDER, {"order_id": "A-1"}, "get_order_status: {order_id: A-1}"),
        ({**ORDER, "size": 2}, ORDER, "get_order_status: {order_id: A-10428}"),
        (ORDER, {"order_id": "{saved.x}"}, "get_order_status: {order_id: '{{saved.x}}'}"),
        (
            ORDER,
            {"order_id": {"$re": "x"}},
            "get_order_status: {order_id: {'$literal': {'$re': x}}}",
        ),
    ],
)
def test_suggested_arguments_load(tmp_path: Path, arguments: Any, sent: Any, change: str) -> None:
    story = Story().user().call(arguments=sent).pal("hi").end()
    assert change_of(story, turn(in_order(expect(arguments=arguments)))) == change
    call = load_expectation(tmp_path, change)
    again = turn(in_order(expect(arguments=call.arguments)))
    assert report(story, again, tools=ANY_ARGUMENTS).findings == ()


def test_a_missing_argument_is_suggested_as_absent_if_plays_has_the_calls(
    tmp_path: Path,
) -> None:
    story = Story().user().call(arguments=ORDER).pal("hi").end()
    plays = Plays(at=("plays",), calls=())
    wanted = turn(in_order(expect(arguments={**ORDER, "size": 2})), plays=plays)
    change = change_of(story, wanted)
    assert change == "get_order_status: {order_id: A-10428, size: !absent }"
    played = "{calls: [{get_order_status: {order_id: A-10428}}]}"
    assert load_expectation(tmp_path, change, plays=played).arguments["order_id"] == "A-10428"


def test_no_change_suggests_a_call_of_an_unknown_tool() -> None:
    story = Story().user().call("get_odrer", {}).pal("hi").end()
    changes = [finding.change for finding in report(story, turn(in_order())).findings]
    assert changes == [None, None]


def test_no_change_suggests_an_undeclared_argument() -> None:
    story = Story().user().call(arguments={"odrer": 1}).pal("hi").end()
    assert change_of(story, turn(in_order())) is None


@pytest.mark.parametrize("sent", [[], "text", 3])
def test_no_change_suggests_arguments_that_are_no_mapping(sent: Any) -> None:
    story = Story().user().call(arguments=sent if sent != "text" else '"text"').pal("hi").end()
    changes = [finding.change for finding in report(story, turn(in_order())).findings]
    assert set(changes) == {None}
