"""What JSON allows in a text is read as JSON means it, with every place where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pytest_tavus.errors import ScenarioError
from pytest_tavus.scenario.text.limits import FileLimits
from pytest_tavus.scenario.text.reader import load_yaml
from pytest_tavus.scenario.values.matcher_values import from_tag
from tests.scenario.files import loaded, problems

PURE = pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "python"])


def read(text: str, *, pure: bool = False) -> Any:
    loaded = load_yaml(text, "a.yaml", limits=FileLimits(), tagged=from_tag, pure=pure)
    assert loaded.problems == ()
    return loaded.data


TEXTS = st.text(
    st.sampled_from("a \\\"'u{}:#\n\t\x7f\ue000\ue001\ud7ff😀🏳é/-")
    | st.characters(exclude_categories=("Cs", "Cc")),
    max_size=12,
)
VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)


@example(data={"x": "\ue000𐀀"}, ascii_only=True, indent=None)
@given(st.dictionaries(st.just("x"), VALUES, min_size=1), st.booleans(), st.sampled_from([None, 1]))
def test_what_json_writes_is_read(
    data: dict[str, Any], ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(data, ensure_ascii=ascii_only, indent=indent)
    assume(not set(text) & {"\ufeff", "\ufffe", "\uffff"})  # JSON, and no YAML
    assert read(text) == data


@PURE
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'x: "\ud83d\ude00"', "😀"),
        (r'x: "\uD83D\uDE00\ud83d\ude00!"', "😀😀!"),
        (r'x: "\\ud83d\\ude00"', r"\ud83d\ude00"),
        (r'x: "\\\ud83d\ude00"', "\\😀"),
        (r"x: '\ud83d\ude00'", r"\ud83d\ude00"),
        (r"x: \ud83d\ude00", r"\ud83d\ude00"),
        ("x: |\n  \\ud83d\\ude00", r"\ud83d\ude00"),
        ('x: "a\x7fb"', "a\x7fb"),
        ("x: a\x7fb", "a\x7fb"),
        ('x: "\ue000\x7f\\ud83d\\ude00\ue001"', "\ue000\x7f😀\ue001"),
    ],
)
def test_a_pair_of_escapes_is_a_character_in_double_quotes(
    text: str, value: str, pure: bool
) -> None:
    assert read(text, pure=pure) == {"x": value}


@PURE
@pytest.mark.parametrize("half", [r"\ud83d", r"\ude00", r"\ude00\ud83d", r"\ud83dx\ude00"])
def test_half_a_pair_is_refused_at_its_place(half: str, pure: bool) -> None:
    with pytest.raises(ScenarioError) as refused:
        load_yaml(f'a: 1\nx: "{half}"', "a.yaml", limits=FileLimits(), tagged=from_tag, pure=pure)
    assert str(refused.value).startswith("a.yaml:2:")


def test_a_place_behind_an_emoji_is_where_it_is(tmp_path: Path) -> None:
    turn = r'{"user": "\ud83d\ude00 hi \u007f", "calls": "none", "kye": 1}'
    (told,) = problems(tmp_path, f'{{"pal": "support.pal.yaml", "turns": [{turn}]}}')
    column = f'{{"pal": "support.pal.yaml", "turns": [{turn}]}}'.index('"kye"') + 1
    assert told.startswith(f"orders.yaml:1:{column}: unknown key 'kye' in a turn")


def test_a_scenario_written_by_a_program_is_loaded(tmp_path: Path) -> None:
    turn = {"user": "Where is it? 😀\x7f", "plays": "On its way 🚚", "says": "🚚", "calls": "none"}
    (scenario,) = loaded(tmp_path, json.dumps({"pal": "support.pal.yaml", "turns": [turn]}))
    assert scenario.turns[0].user == "Where is it? 😀\x7f"
    assert scenario.turns[0].says is not None
    assert scenario.turns[0].says.contains == ("🚚",)
