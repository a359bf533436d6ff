"""Slips that other tools let through: each must be an error here, or keep its full force."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_tavus.scenario.values.model import CallExpectation
from tests.scenario.files import lone, turn_problems


@pytest.mark.parametrize(
    ("turn", "word", "meant"),
    [
        ("{user: hi, calls: none, expct: [show_map]}", "expct", None),
        ("{user: hi, cals: [show_map], quiet: 1s}", "cals", "calls"),
        ("{user: hi, calls: [{tool: show_map, argumens: {place: A}}]}", "argumens", "arguments"),
        ("{user: hi, calls: [{tool: show_map, args_subset: {place: A}}]}", "args_subset", None),
        ("{user: hi, calls: [{show_map: {place: A}, count: 2}]}", "count", None),
        ("{user: hi, says: {text_contains: x}, plays: x}", "text_contains", "contains"),
        ("{user: hi, calls: [{show_map: , time: 2}]}", "time", "times"),
    ],
)
def test_a_misspelt_key_is_never_a_weaker_check(
    tmp_path: Path, turn: str, word: str, meant: str | None
) -> None:
    found = [one for one in turn_problems(tmp_path, turn) if repr(word) in one]
    assert len(found) == 1
    if meant is not None:
        assert f"did you mean {meant!r}?" in found[0]


def test_null_for_an_argument_is_kept_apart_from_no_argument(tmp_path: Path) -> None:
    scenario = lone(
        tmp_path,
        "pal: support.pal.yaml\nturns: [{user: hi, calls: [{show_map: {place: null}}]}]\n",
    )
    calls = scenario.turns[0].calls
    assert calls is not None
    (call,) = calls.members
    assert isinstance(call, CallExpectation)
    assert call.arguments == {"place": None}


def test_two_calls_of_one_tool_are_both_kept(tmp_path: Path) -> None:
    scenario = lone(
        tmp_path,
        "pal: support.pal.yaml\n"
        "turns: [{user: hi, calls: [{show_map: {place: A}}, {show_map: {place: B}}]}]\n",
    )
    calls = scenario.turns[0].calls
    assert calls is not None
    assert [call.arguments for call in calls.members if isinstance(call, CallExpectation)] == [
        {"place": "A"},
        {"place": "B"},
    ]


@pytest.mark.parametrize(
    ("written", "value"), [("1", 1), ('"1"', "1"), ("true", True), ("007", "007"), ("1.0", 1.0)]
)
def test_arguments_keep_the_type_they_are_written_with(
    tmp_path: Path, written: str, value: object
) -> None:
    scenario = lone(
        tmp_path,
        "pal: support.pal.yaml\n"
        f"turns: [{{user: hi, calls: [{{show_map: {{place: {written}}}}}]}}]\n",
    )
    calls = scenario.turns[0].calls
    assert calls is not None
    (call,) = calls.members
    assert isinstance(call, CallExpectation)
    assert call.arguments["place"] == value
    assert type(call.arguments["place"]) is type(value)
