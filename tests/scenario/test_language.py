"""Every form of the language, and the value it becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.values.model import (
    CallExpectation,
    CallGroup,
    CallPattern,
    EventExpectation,
    SpeechExpectation,
    Times,
    Turn,
)
from tests.scenario.files import SCENARIO, lone


def only_turn(directory: Path, turn: str) -> Turn:
    return lone(directory, f"pal: support.pal.yaml\nturns:\n  - {turn}\n").turns[0]


def expected(directory: Path, calls: str) -> tuple[CallExpectation | CallGroup, ...]:
    group = only_turn(directory, f"{{user: hi, calls: {calls}, plays: {{calls: none}}}}").calls
    assert group is not None
    return group.members


def only_call(directory: Path, call: str) -> CallExpectation:
    (found,) = expected(directory, f"[{call}]")
    assert isinstance(found, CallExpectation)
    return found


def test_the_example_of_the_readme_loads(tmp_path: Path) -> None:
    scenario = lone(tmp_path, SCENARIO)
    assert scenario.name == "tells the caller where the order is"
    assert str(scenario.span) == "orders.yaml:4:5"
    assert scenario.handler is not None
    assert scenario.handler.app == "apps.orders:app"
    assert scenario.handler.search_path[0] == str(tmp_path)
    first, second = scenario.turns
    assert first.user == "Where's my order A-10428?"
    assert first.calls is not None
    (call,) = first.calls.members
    assert isinstance(call, CallExpectation)
    assert (call.tool, call.arguments, call.within) == (
        "get_order_status",
        {"order_id": "A-10428"},
        2.0,
    )
    assert (call.expects_result, call.result) == (True, {"status": "out_for_delivery"})
    assert first.says == SpeechExpectation(
        at=("scenarios", 0, "turns", 0, "says"),
        contains=("A-10428", "today by 6pm"),
        excludes=("sorry",),
    )
    assert second.calls == CallGroup(
        at=("scenarios", 0, "turns", 1, "calls"), ordered=True, members=()
    )
    assert scenario.judge is not None
    assert (scenario.judge.overall, scenario.judge.tools) == ("pass", {"get_order_status": True})


@pytest.mark.parametrize(
    "call",
    [
        "{get_order_status: {order_id: A-1}, status: 404, exact: true}",
        "{tool: get_order_status, arguments: {order_id: A-1}, status: 404, exact: true}",
    ],
)
def test_a_call_is_short_or_long(tmp_path: Path, call: str) -> None:
    found = only_call(tmp_path, call)
    assert (found.tool, found.arguments) == ("get_order_status", {"order_id": "A-1"})
    assert (found.status, found.exact) == (404, True)


@pytest.mark.parametrize(
    "call", ["get_order_status", "{get_order_status: }", "{tool: get_order_status}"]
)
def test_a_bare_name_is_a_call_with_any_arguments(tmp_path: Path, call: str) -> None:
    assert only_call(tmp_path, call).arguments == {}


def test_null_is_a_result_and_no_result_is_not(tmp_path: Path) -> None:
    null = only_call(tmp_path, "{get_order_status: {order_id: A-1}, result: null}")
    none = only_call(tmp_path, "{get_order_status: {order_id: A-1}}")
    assert (null.expects_result, null.result) == (True, None)
    assert (none.expects_result, none.result) == (False, None)


def test_groups_nest_and_know_their_order(tmp_path: Path) -> None:
    text = "[{unordered: [cancel_order, {ordered: [get_order_status, cancel_order]}]}]"
    (outer,) = expected(tmp_path, text)
    assert isinstance(outer, CallGroup)
    assert outer.ordered is False
    inner = outer.members[1]
    assert isinstance(inner, CallGroup)
    assert inner.ordered is True
    assert inner.members[1].at == (*("turns", 0, "calls", 0, "unordered", 1, "ordered", 1),)


@pytest.mark.parametrize(
    ("times", "expected_times"),
    [
        ("2", Times(minimum=2, maximum=2)),
        ("{min: 1, max: 3}", Times(minimum=1, maximum=3)),
        ("{min: 2}", Times(minimum=2, maximum=None)),
        ("{max: 2}", Times(minimum=0, maximum=2)),
    ],
)
def test_times_is_a_number_or_bounds(tmp_path: Path, times: str, expected_times: Times) -> None:
    assert only_call(tmp_path, f"{{cancel_order: , times: {times}}}").times == expected_times


def test_an_absent_calls_is_not_an_empty_one(tmp_path: Path) -> None:
    assert only_turn(tmp_path, "{user: hi, quiet: 1s}").calls is None


@pytest.mark.parametrize("spelled", ['!re "^A-"', '{$re: "^A-"}'])
def test_a_matcher_has_a_tag_and_a_plain_spelling(tmp_path: Path, spelled: str) -> None:
    found = only_call(tmp_path, f"{{get_order_status: {{order_id: {spelled}}}}}")
    assert found.arguments == {"order_id": build_matcher("re", "^A-")}


def test_data_that_looks_like_a_matcher_is_escaped(tmp_path: Path) -> None:
    found = only_call(tmp_path, '{get_order_status: {order_id: {$literal: {$re: "^A-"}}}}')
    assert found.arguments == {"order_id": {"$re": "^A-"}}


@pytest.mark.parametrize(
    ("says", "contains"),
    [
        ("hello", ("hello",)),
        ("[a, b]", ("a", "b")),
        ('{contains: !re "A-[0-9]"}', (build_matcher("re", "A-[0-9]"),)),
        ('!re "A-[0-9]"', (build_matcher("re", "A-[0-9]"),)),
        ('[!re "A-[0-9]", x]', (build_matcher("re", "A-[0-9]"), "x")),
    ],
)
def test_says_is_a_text_a_list_or_a_mapping(
    tmp_path: Path, says: str, contains: tuple[object, ...]
) -> None:
    turn = only_turn(tmp_path, f"{{user: hi, says: {says}, plays: hello}}")
    assert turn.says is not None
    assert turn.says.contains == contains


def test_plays_may_make_calls_of_its_own_in_waves(tmp_path: Path) -> None:
    text = "{parallel: [get_order_status, {cancel_order: {order_id: A-2}}]}"
    turn = only_turn(
        tmp_path,
        f"{{user: hi, calls: none, plays: {{calls: [show_map, {text}], before: One moment., "
        "says: Done., on_error: Sorry., later: {after: 3s, says: Still there?}}, quiet: 2s}",
    )
    assert turn.plays is not None
    assert turn.plays.calls is not None
    assert [[call.tool for call in wave] for wave in turn.plays.calls] == [
        ["show_map"],
        ["get_order_status", "cancel_order"],
    ]
    assert turn.plays.calls[1][1].arguments == {"order_id": "A-2"}
    assert (turn.plays.before, turn.plays.says, turn.plays.on_error) == (
        "One moment.",
        "Done.",
        "Sorry.",
    )
    assert turn.plays.later is not None
    assert (turn.plays.later.after, turn.plays.later.says) == (3.0, "Still there?")


def test_events_and_never_have_short_forms(tmp_path: Path) -> None:
    turn = only_turn(
        tmp_path,
        "{user: hi, never: [cancel_order, {get_order_status: {order_id: A-2}}], events: "
        "[conversation.utterance, {conversation.tool_call: {name: x}}, "
        "{absent: conversation.interrupt}]}",
    )
    assert turn.never == (
        CallPattern(at=("turns", 0, "never", 0), tool="cancel_order"),
        CallPattern(
            at=("turns", 0, "never", 1), tool="get_order_status", arguments={"order_id": "A-2"}
        ),
    )
    assert turn.events == (
        EventExpectation(at=("turns", 0, "events", 0), event_type="conversation.utterance"),
        EventExpectation(
            at=("turns", 0, "events", 1),
            event_type="conversation.tool_call",
            properties={"name": "x"},
        ),
        EventExpectation(
            at=("turns", 0, "events", 2), event_type="conversation.interrupt", absent=True
        ),
    )
