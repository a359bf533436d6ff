"""Scenarios that a program gives as plain data."""

# ruff: noqa: E501 - messages are quoted whole

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_tavus.errors import ScenarioError
from pytest_tavus.matching.matchers.registry import build_matcher
from pytest_tavus.scenario.load.parse import load_pal, parse_inline
from pytest_tavus.scenario.values.model import CallExpectation
from tests.scenario.files import PAL

PAL_DATA: dict[str, Any] = {
    "pal_name": "P",
    "tools": [
        {
            "name": "book",
            "description": "Book a table.",
            "parameters": {"type": "object", "properties": {"day": {"type": "string"}}},
            "delivery": {"app_message": True},
            "on_resolve": "generate_response",
        }
    ],
}


def test_the_language_is_the_same_as_in_a_file() -> None:
    scenario = parse_inline(
        {
            "pal": PAL_DATA,
            "client": {"book": "done"},
            "turns": ({"user": "Book", "calls": [{"book": {"day": "Friday"}}], "plays": "Done."},),
        },
        name="books",
    )
    assert (scenario.name, str(scenario.span)) == ("books", "<python>:1:1")
    assert scenario.pal.pal_name == "P"
    assert scenario.turns[0].plays is not None


def test_a_matcher_may_be_given_as_it_is_or_spelled_plainly() -> None:
    for spelled in (build_matcher("re", "^Fri"), {"$re": "^Fri"}):
        scenario = parse_inline(
            {
                "pal": PAL_DATA,
                "turns": [
                    {
                        "user": "Book",
                        "calls": [{"book": {"day": spelled}}],
                        "plays": {"calls": [{"book": {"day": "Friday"}}]},
                    }
                ],
            },
            name="books",
        )
        calls = scenario.turns[0].calls
        assert calls is not None
        (call,) = calls.members
        assert isinstance(call, CallExpectation)
        assert call.arguments == {"day": build_matcher("re", "^Fri")}


def test_a_pal_may_be_given_as_it_is() -> None:
    pal, source = load_pal(PAL_DATA)
    scenario = parse_inline({"pal": pal, "turns": [{"user": "hi", "calls": "none"}]}, name="x")
    assert scenario.pal is pal
    assert str(source.span(())) == "<python>:1:1"


def test_a_pal_path_is_from_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "support.pal.yaml").write_text(PAL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    data = {"pal": "support.pal.yaml", "turns": [{"user": "hi", "calls": "none"}]}
    assert parse_inline(data, name="x").pal_source.path == "support.pal.yaml"


def test_problems_name_the_path_of_the_value() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_inline(
            {"pal": {**PAL_DATA, "pal_nam": 1}, "turns": [{"user": "hi", "calls": ["bok"]}]},
            name="x",
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "<python>:1:1: pal.pal_nam: unknown key 'pal_nam' in a PAL\n    hint: did you mean 'pal_name'?",
        "<python>:1:1: turns[0].calls[0]: the PAL has no tool 'bok'\n    hint: did you mean 'book'?",
    ]


def test_rows_are_for_files() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_inline(
            {
                "pal": PAL_DATA,
                "parametrize": [{"a": "x"}, {"a": "y"}],
                "turns": [{"user": "{row.a}", "calls": "none"}],
            },
            name="x",
        )
    assert str(caught.value) == (
        "<python>:1:1: parametrize: one scenario is wanted, and there are rows"
    )
